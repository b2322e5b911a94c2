using System.Text.Json;
using LibvirtBackup.Exports;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;

namespace LibvirtBackup.InstantRecovery.Servers;

/// <summary>Starts and ends the processes that serve points to QEMU. The caller holds the domain's lock.</summary>
internal sealed class PointServers(InstantRecoveryOptions options, InstantRegistry registry, TimeProvider time)
{
    private static readonly TimeSpan s_endPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Starts a domain's server unless it runs.</summary>
    /// <returns>True when it did not run.</returns>
    /// <exception cref="BackupException">It cannot serve.</exception>
    internal async Task<bool> EnsureAsync(InstantDomain domain, CancellationToken cancellationToken)
    {
        if (Find(domain) is not null) return false;
        await new BackgroundProcess(
            [.. options.Server, domain.Uuid.ToString(), .. ArgumentsOf(domain)],
            $"the server of domain '{domain.Name}'", time).StartAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>The server that runs for a domain, or null.</summary>
    internal ProcessIdentity? Find(InstantDomain domain) =>
        ReadNote(registry.ServerNoteOf(domain.Uuid)) is { } process && process.IsAlive() ? process : null;

    /// <summary>Ends a domain's server, if one runs, and removes its socket.</summary>
    internal async Task EndAsync(InstantDomain domain)
    {
        if (Find(domain) is { } process)
        {
            process.End(kill: false);
            var start = time.GetTimestamp();
            while (process.IsAlive())
            {
                if (time.GetElapsedTime(start) > s_endPatience) process.End(kill: true);
                await Task.Delay(s_pollInterval, time).ConfigureAwait(false);
            }
        }

        SocketFile.Clear(domain.Socket);
        File.Delete(registry.ServerNoteOf(domain.Uuid));
    }

    /// <summary>Notes that this process is a domain's server.</summary>
    internal void NoteThis(InstantDomain domain) => DurableFile.Write(
        registry.ServerNoteOf(domain.Uuid),
        JsonSerializer.SerializeToUtf8Bytes(ProcessIdentity.Current, InstantJson.Default.ProcessIdentity));

    private static ProcessIdentity? ReadNote(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), InstantJson.Default.ProcessIdentity);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    private List<string> ArgumentsOf(InstantDomain domain)
    {
        List<string> arguments = ["--repo", domain.Repository, "--state-dir", options.StateDirectory];
        if (domain.PassphraseFile is { } passphrase) arguments.AddRange(["--passphrase-file", passphrase]);
        if (domain.KeyFile is { } key) arguments.AddRange(["--key-file", key]);
        return arguments;
    }
}

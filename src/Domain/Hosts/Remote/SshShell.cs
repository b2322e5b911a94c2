using System.Diagnostics;
using System.Globalization;
using LibvirtBackup.InstantRecovery.Mounts;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Hosts.Remote;

/// <summary>
/// Commands on another host, by the system's ssh: it has the user's keys, known hosts and configuration, and asks
/// nothing.
/// </summary>
internal sealed class SshShell(RemoteHost remote)
{
    private const string Package = "openssh-client";

    private string Program => remote.SshProgram ?? "ssh";

    /// <summary>Which files paths are; those that cannot be told are left out.</summary>
    /// <exception cref="BackupException">ssh does not get there.</exception>
    internal async Task<IReadOnlyList<FileElsewhere>> IdentifyAsync(
        IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        // Paths that a line could not hold are left out too.
        var asked = paths.Where(path => !path.Contains('\n', StringComparison.Ordinal)).ToList();
        if (asked.Count == 0) return [];
        // The time of birth has nanoseconds only with a precision.
        const string script = "for p; do stat -L -c '%i %.9W' -- \"$p\" 2>/dev/null || echo -; done";
        var lines = (await RunAsync(script, asked, cancellationToken).ConfigureAwait(false)).Split('\n');
        if (lines.Length != asked.Count)
            throw new BackupException(
                FailureKind.Failed, $"'{remote.Host}' answers a question for {asked.Count} files with {lines.Length} "
                    + "lines; does its shell print something by itself?");
        return [.. asked.Zip(lines).Select(pair => Parse(pair.First, pair.Second)).OfType<FileElsewhere>()];
    }

    /// <summary>Removes a job's directory with what is in it; an absent one is not an error.</summary>
    /// <exception cref="BackupException">It cannot be removed, or ssh does not get there.</exception>
    internal async Task RemoveAsync(string directory, CancellationToken cancellationToken)
    {
        // Of another form it could be anything.
        if (directory is not ['/', ..] || Path.GetDirectoryName(directory) is not { Length: > 1 }
            || !Path.GetFileName(directory).StartsWith("lvb-", StringComparison.Ordinal))
            throw new ArgumentException($"'{directory}' is no directory of a job", nameof(directory));
        await RunAsync("rm -rf -- \"$1\"", [directory], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts a script that goes on, and forwards a socket meanwhile.</summary>
    internal Process Start(string script, IReadOnlyList<string> arguments, string localSocket, string remoteSocket) =>
        HostTool.Start(
            Program, Package,
            Arguments(
                script, arguments, "-o", "ExitOnForwardFailure=yes", "-o", "StreamLocalBindUnlink=yes",
                "-o", "StreamLocalBindMask=0177", "-L", $"{localSocket}:{remoteSocket}"));

    /// <summary>The failure for what ssh printed.</summary>
    internal BackupException Failed(string what, string error)
    {
        var why = error.Trim().ReplaceLineEndings("; ");
        return new BackupException(
            FailureKind.Failed,
            $"{what} on '{remote.Host}' by ssh: {(why.Length > 0 ? why : "it ended without a reason")}; 'ssh -o "
            + $"BatchMode=yes {Target} true' has to work without questions");
    }

    private string Target => remote.User is null ? remote.Host : $"{remote.User}@{remote.Host}";

    private async Task<string> RunAsync(
        string script, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (exitCode, output, error) = await HostTool.RunAsync(
            Program, Package, Arguments(script, arguments), cancellationToken).ConfigureAwait(false);
        return exitCode == 0 ? output : throw Failed("cannot run a command", error);
    }

    private IEnumerable<string> Arguments(string script, IReadOnlyList<string> arguments, params string[] options)
    {
        if (remote.Host.Length == 0)
            throw new BackupException(FailureKind.Usage, $"'{remote.Uri}' names no host");
        return
        [
            "-T", "-o", "BatchMode=yes", "-o", "ControlMaster=no", "-o", "ControlPath=none",
            "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4", .. options,
            .. remote.User is { } user ? (string[])["-l", user] : [],
            .. remote.Port is { } port ? (string[])["-p", port.ToString(CultureInfo.InvariantCulture)] : [],
            .. remote.SshKeyFile is { } key ? (string[])["-i", key] : [],
            "--", remote.Host,
            // Login shells differ; a word in single quotes is one in all of them.
            $"exec sh -c {Quote(script)} lvbackup {string.Join(' ', arguments.Select(Quote))}",
        ];
    }

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static FileElsewhere? Parse(string path, string line)
    {
        if (line.Split(' ') is not [var number, var birth]
            || !ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var inode)
            || !ulong.TryParse(
                birth.Replace(".", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture,
                out var nanoseconds))
            return null;
        return new FileElsewhere(path, new FileIdentity(inode, nanoseconds));
    }
}

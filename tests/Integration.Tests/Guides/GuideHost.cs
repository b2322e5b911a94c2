using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Guides;

/// <summary>A host for all pages, which has their directories at the paths that the pages name.</summary>
public sealed class GuideHost : IAsyncLifetime
{
    /// <summary>Directories of the pages, and what they are called in the host's shared directory.</summary>
    private static readonly (string Path, string Name)[] s_directories =
    [
        ("/srv", "srv"), ("/mnt", "mnt"), ("/etc/lvbackup", "etc"), ("/var/lib/lvbackup", "state"),
        ("/var/lib/libvirt/images", "images"),
    ];

    private LabHost? _host;

    internal LabHost Host => _host ?? throw new InvalidOperationException("the host was not started");

    private string Base => Path.Combine(Host.SharedDirectory, "guides");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts it, the first time.</summary>
    internal async Task StartAsync()
    {
        if (_host is not null) return;
        _host = await LabHost.StartPrivateAsync("trixie");
        foreach (var (_, name) in s_directories) Directory.CreateDirectory(Path.Combine(Base, name));
        _ = (await Host.RunInsideAsync(Token, "sh", "-ec", Mounts)).Value;
    }

    /// <summary>A guest that is called web1, and empty directories.</summary>
    /// <param name="runs">Whether an operating system runs in it; else it stands still.</param>
    internal async Task<LabGuest> MakeGuestAsync(bool runs)
    {
        await RemoveAllAsync();
        var guest = await LabGuest.StartPausedAsync(
            Host, Token, new LabDisk(32 * Units.MiB), new LabDisk(16 * Units.MiB));
        await Host.Virsh.RunAsync(Token, "destroy", guest.Name);
        await guest.RenameAsync("web1", Token);
        await GuestDisk.MakeAsync(guest, "vda", "web1\n", firstSector: 2048, 32 * Units.MiB, Token);
        if (runs) await guest.BootAsync(Token);
        else await guest.StartPausedAsync(Token);
        return guest;
    }

    /// <summary>Runs a script where the pages' directories are at their places.</summary>
    internal async Task<ToolResult> RunAsync(string script)
    {
        var path = Path.Combine(Base, "script.sh");
        await File.WriteAllTextAsync(path, $"{Mounts}\ncd /srv\nexec 2>&1\n{script}", Token);
        return await Tool.RunAsync(
            "env",
            [
                $"PATH={AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}",
                $"LIBVIRT_DEFAULT_URI={Host.ConnectionUri}", "LVBACKUP_REPO=/srv/backup",
                "unshare", "--mount", "--propagation", "private", "bash", "-e", path,
            ],
            Token);
    }

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }

    private string Mounts => string.Concat(s_directories.Select(directory =>
        $"mkdir -p {directory.Path}; mount --bind '{Path.Combine(Base, directory.Name)}' {directory.Path}\n"));

    private async Task RemoveAllAsync()
    {
        foreach (var name in (await Host.Virsh.RunAsync(Token, "list", "--all", "--name")).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await Host.Virsh.TryAsync(Token, "destroy", name);
            await Host.Virsh.RunAsync(
                Token, "undefine", name, "--checkpoints-metadata", "--snapshots-metadata", "--managed-save", "--nvram");
        }

        foreach (var (_, name) in s_directories)
            foreach (var entry in new DirectoryInfo(Path.Combine(Base, name)).EnumerateFileSystemInfos())
                if (entry is DirectoryInfo directory) directory.Delete(recursive: true);
                else entry.Delete();
    }
}

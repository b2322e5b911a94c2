using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Capturing;

/// <summary>
/// Where libvirt keeps the state of emulated TPMs: <c>ROOT/UUID/tpm2</c> (or <c>tpm1.2</c>), or where the definition
/// says (libvirt 10.10 and later). swtpm replaces its state file as a whole at each change of non-volatile memory, so a
/// copy beside a running guest is the state after one of its latest changes; what the guest keeps in volatile memory
/// (open sessions, PCRs) is lost, as by a reset.
/// </summary>
internal static class TpmState
{
    private const string SystemRoot = "/var/lib/libvirt/swtpm";

    /// <summary>The folder below <c>ROOT/UUID</c>.</summary>
    internal static string FolderOf(DomainTpm tpm) => tpm.Version == "1.2" ? "tpm1.2" : "tpm2";

    /// <summary>Where a connection's libvirt may keep state.</summary>
    internal static IReadOnlyList<string> RootsOf(string connectionUri)
    {
        if (connectionUri.Contains("/session", StringComparison.Ordinal))
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var config = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } set
                ? set
                : Path.Combine(home, ".config");
            return [Path.Combine(config, "libvirt/qemu/lib/swtpm"), Path.Combine(config, "libvirt/qemu/swtpm")];
        }

        const string embedded = "/embed?root=";
        var at = connectionUri.IndexOf(embedded, StringComparison.Ordinal);
        return at < 0 ? [SystemRoot] : [Path.Combine(connectionUri[(at + embedded.Length)..], "lib/swtpm")];
    }

    /// <summary>The directory with a domain's state; null when none is found.</summary>
    internal static string? DirectoryOf(DomainTpm tpm, Guid uuid, IReadOnlyList<string> roots) =>
        tpm.Path is { } named
            ? (Directory.Exists(named) ? named : Path.GetDirectoryName(named))
            : roots.Select(root => Path.Combine(root, uuid.ToString(), FolderOf(tpm))).FirstOrDefault(Directory.Exists);

    internal static IEnumerable<string> FilesOf(DomainTpm tpm, Guid uuid, IReadOnlyList<string> roots)
    {
        if (tpm.Path is { } named && File.Exists(named)) return [named];
        try
        {
            return DirectoryOf(tpm, uuid, roots) is { } directory
                ? [.. Directory.EnumerateFiles(directory)
                    .Where(path => !Path.GetFileName(path).EndsWith(".lock", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Named all the same, so that storing it says why it cannot be read.
            return [DirectoryOf(tpm, uuid, roots)!];
        }
    }
}

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
    /// <summary>The folder below <c>ROOT/UUID</c>.</summary>
    internal static string FolderOf(DomainTpm tpm) => tpm.Version == "1.2" ? "tpm1.2" : "tpm2";

    /// <summary>Where a connection's libvirt may keep state.</summary>
    internal static IReadOnlyList<string> RootsOf(string connectionUri) => LibvirtPlaces.DirectoriesOf(
        connectionUri, "/var/lib/libvirt/swtpm", "lib/swtpm", ["qemu/lib/swtpm", "qemu/swtpm"]);

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

using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Imports;

/// <summary>
/// The format of a single image, of which nobody said it: the definition's, as long as the file does not look like
/// another. Its first bytes alone prove nothing, for a guest writes those of a raw disk; but a definition may be of
/// another time than the file.
/// </summary>
internal static class DefinedFormat
{
    /// <exception cref="BackupException">The format is not known for sure.</exception>
    internal static string Require(DomainDisk disk, string path, string definition)
    {
        var format = disk.DriverType?.Value ?? "raw"; // as libvirt takes it
        var name = disk.Target.Value;
        var why = format switch
        {
            "qcow2" when !BeginsAsQcow2(path) => "does not begin like one",
            "raw" when BeginsAsQcow2(path) => "begins like a qcow2 image, which a guest can have written",
            "qcow2" or "raw" => null,
            _ => "may be in another one by now",
        };
        return why is null ? format : throw new BackupException(
            FailureKind.Failed,
            $"the format of '{path}' is not sure: disk '{name}' of '{definition}' is {format}, and the file {why}; say "
            + $"what the file is by --format {name}=raw or --format {name}=qcow2");
    }

    private static bool BeginsAsQcow2(string path)
    {
        Span<byte> start = stackalloc byte[4];
        using var file = File.OpenHandle(path, share: FileShare.ReadWrite);
        return RandomAccess.Read(file, start, 0) == start.Length && start.SequenceEqual<byte>([0x51, 0x46, 0x49, 0xfb]);
    }
}

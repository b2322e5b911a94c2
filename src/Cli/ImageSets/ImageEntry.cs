using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.ImageSets;

namespace LibvirtBackup.Cli.ImageSets;

/// <summary>An image in a document.</summary>
internal sealed record ImageEntry(
    string Name, string Path, string Format, string Level, string? Reason, long VirtualSizeBytes, long LengthBytes,
    string Sha256, string? BackingFile)
{
    internal static ImageEntry Of(WrittenImage disk) => new(
        disk.Name, disk.Path, disk.Format, Choice.Word(disk.Level), disk.Reason, disk.VirtualSizeBytes,
        disk.LengthBytes, disk.Sha256, disk.BackingFile);
}

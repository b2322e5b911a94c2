using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Exports.Hosting;

/// <summary>What an export's process writes down when it has begun to serve.</summary>
/// <param name="Order">What it was told.</param>
/// <param name="Process">Which process it is.</param>
/// <param name="Started">When it began to serve.</param>
/// <param name="Uris">Where clients reach the disks.</param>
/// <param name="Warnings">What has to be known though it serves.</param>
internal sealed record ExportRecord(
    ExportOrder Order, ProcessIdentity Process, DateTimeOffset Started, IReadOnlyList<string> Uris,
    IReadOnlyList<string> Warnings);

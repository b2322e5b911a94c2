namespace LibvirtBackup.Qmp;

/// <summary>A block node that QEMU's NBD server offers, for reading.</summary>
/// <param name="Id">The export's id in QEMU.</param>
/// <param name="NodeName">The node.</param>
/// <param name="Name">What clients ask for.</param>
internal sealed record NbdBlockExport(string Id, string NodeName, string Name)
{
    /// <summary>Always <c>nbd</c>.</summary>
    public string Type { get; } = "nbd";

    /// <summary>
    /// Bitmaps that clients see as <c>qemu:dirty-bitmap:NAME</c>, also of other nodes (QEMU 7.1). QEMU refuses those
    /// that record.
    /// </summary>
    public IReadOnlyList<BitmapSource> Bitmaps { get; init; } = [];
}

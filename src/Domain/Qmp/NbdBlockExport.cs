namespace LibvirtBackup.Qmp;

/// <summary>A block node that QEMU's NBD server offers, for reading.</summary>
/// <param name="Id">The export's id in QEMU.</param>
/// <param name="NodeName">The node.</param>
/// <param name="Name">What clients ask for.</param>
public sealed record NbdBlockExport(string Id, string NodeName, string Name)
{
    /// <summary>Always <c>nbd</c>.</summary>
    public string Type { get; } = "nbd";

    /// <summary>
    /// Bitmaps of the node, or of one behind it, that clients see as <c>qemu:dirty-bitmap:NAME</c>. QEMU refuses those
    /// that record.
    /// </summary>
    public IReadOnlyList<string> Bitmaps { get; init; } = [];
}

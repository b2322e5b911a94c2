namespace LibvirtBackup.Qmp;

/// <summary>
/// What a copy-before-write filter keeps, as a disk of the instant when it was put in (QEMU 7.0). Once the filter had
/// to give up, every read fails with EACCES.
/// </summary>
/// <param name="NodeName">What the node is to be called.</param>
/// <param name="File">The filter.</param>
internal sealed record SnapshotAccessNode(string NodeName, string File) : BlockNodeOptions(NodeName)
{
    /// <inheritdoc/>
    public override string Driver => "snapshot-access";
}

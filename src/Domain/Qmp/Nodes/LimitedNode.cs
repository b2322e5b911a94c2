namespace LibvirtBackup.Qmp;

/// <summary>The first bytes of a file, beyond which nothing can be written: writes there fail with ENOSPC.</summary>
/// <param name="NodeName">What the node is to be called.</param>
/// <param name="File">The file, at least as long.</param>
/// <param name="Size">How many bytes.</param>
internal sealed record LimitedNode(string NodeName, FileNode File, long Size) : BlockNodeOptions(NodeName)
{
    /// <inheritdoc/>
    public override string Driver => "raw";
}

namespace LibvirtBackup.Qmp;

/// <summary>A disk that keeps nothing.</summary>
/// <param name="NodeName">What the node is to be called.</param>
/// <param name="Size">Its size in bytes.</param>
internal sealed record NullNode(string NodeName, long Size) : BlockNodeOptions(NodeName)
{
    /// <inheritdoc/>
    public override string Driver => "null-co";
}

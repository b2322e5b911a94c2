namespace LibvirtBackup.Qmp;

/// <summary>The first bytes of another node, for reading.</summary>
/// <param name="NodeName">What the node is to be called.</param>
/// <param name="File">The other node.</param>
/// <param name="Size">How many bytes.</param>
internal sealed record WindowNode(string NodeName, string File, long Size) : BlockNodeOptions(NodeName)
{
    /// <inheritdoc/>
    public override string Driver => "raw";

    /// <summary>Always true.</summary>
    public bool ReadOnly { get; } = true;
}

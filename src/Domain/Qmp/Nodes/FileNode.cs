namespace LibvirtBackup.Qmp;

/// <summary>A file of the host.</summary>
/// <param name="NodeName">What the node is to be called.</param>
/// <param name="Filename">The absolute path.</param>
internal sealed record FileNode(string NodeName, string Filename) : BlockNodeOptions(NodeName)
{
    /// <inheritdoc/>
    public override string Driver => "file";
}

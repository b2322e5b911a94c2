namespace LibvirtBackup.Qmp;

/// <summary>A qcow2 image that nobody needs after a crash, so that it is never flushed.</summary>
/// <param name="NodeName">What the node is to be called.</param>
/// <param name="File">Where it lives.</param>
internal sealed record ScratchNode(string NodeName, LimitedNode File) : BlockNodeOptions(NodeName)
{
    /// <inheritdoc/>
    public override string Driver => "qcow2";

    /// <summary>The node that is read where nothing was written; null for zeroes.</summary>
    public string? Backing { get; init; }

    /// <summary>How it is cached.</summary>
    public NodeCache Cache { get; } = new(NoFlush: true);
}

namespace LibvirtBackup.Qmp;

/// <summary>A block node to be made by <c>blockdev-add</c>. The derived records are the closed list.</summary>
/// <param name="NodeName">What it is to be called; at most 31 bytes.</param>
internal abstract record BlockNodeOptions(string NodeName)
{
    /// <summary>QEMU's driver.</summary>
    public abstract string Driver { get; }
}

namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// A kind of source without a model of its own (<c>dir</c>, <c>nvme</c>, <c>vhostuser</c>, <c>vhostvdpa</c>, later
/// ones), or a source that lacks what its kind needs. All it holds is in <see cref="DiskSource.Remainder"/>.
/// </summary>
public sealed record OtherDiskSource : DiskSource
{
    internal OtherDiskSource(DiskStorageType type) => Type = type;

    /// <inheritdoc/>
    public override DiskStorageType Type { get; }

    private protected override void Write(ElementWriter writer)
    {
        // All of it is in the remainder.
    }
}

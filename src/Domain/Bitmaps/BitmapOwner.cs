using LibvirtBackup.Backups.Planning;

namespace LibvirtBackup.Bitmaps;

/// <summary>Whose a bitmap is, as its name says: the only thing that QEMU and images keep of it.</summary>
internal abstract record BitmapOwner
{
    private BitmapOwner()
    {
    }

    /// <summary>The bitmap of a checkpoint that this product made.</summary>
    /// <param name="RepositoryId">The repository that the checkpoint belongs to.</param>
    /// <param name="Track">The track.</param>
    /// <param name="Generation">The number of the track's full backup.</param>
    /// <param name="Sequence">The number of the restore point.</param>
    public sealed record Product(string RepositoryId, string Track, int Generation, int Sequence) : BitmapOwner;

    /// <summary>
    /// One of libvirt's own while it works: <c>libvirt-tmp-*</c>, <c>libvirt-migration-*</c>, <c>backup-*</c>.
    /// </summary>
    public sealed record Libvirt : BitmapOwner;

    /// <summary>Somebody else's: another program's checkpoint, or a bitmap that was made by hand.</summary>
    public sealed record Foreign : BitmapOwner;

    /// <summary>Reads the owner out of a name.</summary>
    /// <param name="name">The bitmap's name.</param>
    public static BitmapOwner Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (CheckpointNaming.TryParse(name, out var parts))
            return new Product(parts.RepositoryId, parts.Track, parts.Generation, parts.Sequence);
        return IsLibvirts(name) ? new Libvirt() : new Foreign();
    }

    private static bool IsLibvirts(string name) =>
        name.StartsWith("libvirt-tmp-", StringComparison.Ordinal)
        || name.StartsWith("libvirt-migration-", StringComparison.Ordinal)
        || name.StartsWith("backup-", StringComparison.Ordinal);
}

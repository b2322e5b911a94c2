namespace LibvirtBackup.Repositories.Packs;

/// <summary>The format's limits; what is read and goes beyond them is damaged, whatever it says.</summary>
internal static class BlobLimits
{
    /// <summary>Plain bytes of a blob.</summary>
    internal const int BlobLength = Units.MiB;

    /// <summary>Stored bytes of a blob: plain, and an authentication tag.</summary>
    internal const int StoredLength = BlobLength + 16;

    /// <summary>Bytes of a pack: large enough to make flushes rare, small enough to hold a few in memory.</summary>
    internal const int PackLength = 16 * Units.MiB;
}

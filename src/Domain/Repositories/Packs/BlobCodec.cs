namespace LibvirtBackup.Repositories.Packs;

/// <summary>How a blob's bytes are kept, before encryption. The numbers are part of the format.</summary>
internal enum BlobCodec : byte
{
    /// <summary>As they are: compression did not pay.</summary>
    Plain = 0,

    /// <summary>One zstd frame.</summary>
    Zstd = 1,
}

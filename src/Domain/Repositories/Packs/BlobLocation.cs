namespace LibvirtBackup.Repositories.Packs;

/// <summary>Where a blob's stored bytes are.</summary>
/// <param name="Pack">Position of the pack in <see cref="PackIndex.Packs"/>.</param>
/// <param name="Offset">First stored byte in the pack.</param>
/// <param name="StoredLength">Stored bytes.</param>
/// <param name="PlainLength">Bytes after decompression.</param>
/// <param name="Codec">How they are stored.</param>
internal readonly record struct BlobLocation(int Pack, int Offset, int StoredLength, int PlainLength, BlobCodec Codec);

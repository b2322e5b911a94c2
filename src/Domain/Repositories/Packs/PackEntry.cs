namespace LibvirtBackup.Repositories.Packs;

/// <summary>One blob of a pack.</summary>
/// <param name="Id">Its name.</param>
/// <param name="StoredHash">The SHA-256 of its stored bytes.</param>
/// <param name="Offset">Where they begin in the pack.</param>
/// <param name="StoredLength">Stored bytes.</param>
/// <param name="PlainLength">Bytes of the blob itself.</param>
/// <param name="Codec">How they are stored.</param>
internal readonly record struct PackEntry(
    ChunkId Id, ChunkId StoredHash, int Offset, int StoredLength, int PlainLength, BlobCodec Codec);

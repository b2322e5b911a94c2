namespace LibvirtBackup.Repositories.Packs;

/// <summary>One blob of a pack, as the index lists it.</summary>
internal readonly record struct PackEntry(ChunkId Id, int Offset, int StoredLength, int PlainLength, BlobCodec Codec);

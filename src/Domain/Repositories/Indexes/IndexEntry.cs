using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Indexes;

/// <summary>One blob of an index.</summary>
/// <param name="Id">The blob.</param>
/// <param name="Pack">Position of its pack in the index's list.</param>
/// <param name="Offset">First stored byte in the pack.</param>
/// <param name="StoredLength">Stored bytes.</param>
/// <param name="PlainLength">Bytes of the blob itself.</param>
/// <param name="Codec">How they are stored.</param>
internal readonly record struct IndexEntry(
    ChunkId Id, int Pack, int Offset, int StoredLength, int PlainLength, BlobCodec Codec);

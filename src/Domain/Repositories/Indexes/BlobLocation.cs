using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Indexes;

/// <summary>Where a blob's stored bytes are.</summary>
/// <param name="Pack">The pack.</param>
/// <param name="Salt">The pack's salt.</param>
/// <param name="PackLength">The pack's length in bytes.</param>
/// <param name="Offset">First stored byte in the pack.</param>
/// <param name="StoredLength">Stored bytes.</param>
/// <param name="PlainLength">Bytes of the blob itself.</param>
/// <param name="Codec">How they are stored.</param>
internal readonly record struct BlobLocation(
    ChunkId Pack, PackSalt Salt, int PackLength, int Offset, int StoredLength, int PlainLength, BlobCodec Codec);

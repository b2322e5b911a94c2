namespace LibvirtBackup.Repositories.Packs;

/// <summary>A finished pack: its id (the SHA-256 of all its bytes) and its entries.</summary>
internal sealed record SealedPack(ChunkId Id, IReadOnlyList<PackEntry> Entries);

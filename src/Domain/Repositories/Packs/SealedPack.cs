using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Packs;

/// <summary>A finished pack: what its table says, under the id that stands for all of it.</summary>
internal sealed record SealedPack(ChunkId Id, PackSalt Salt, int Length, IReadOnlyList<PackEntry> Entries);

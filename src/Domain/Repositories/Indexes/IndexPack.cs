using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Indexes;

/// <summary>A pack that an index names.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Salt">Its salt.</param>
/// <param name="Length">Its length in bytes.</param>
internal readonly record struct IndexPack(ChunkId Id, PackSalt Salt, int Length);

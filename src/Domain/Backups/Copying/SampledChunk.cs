using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Backups.Copying;

/// <summary>A chunk that is taken over from the parent.</summary>
/// <param name="Chunk">Its number on the disk.</param>
/// <param name="Entry">What the parent has there.</param>
internal sealed record SampledChunk(long Chunk, MapEntry Entry);

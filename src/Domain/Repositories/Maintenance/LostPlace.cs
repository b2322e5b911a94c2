namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>A part of a disk that cannot be read.</summary>
/// <param name="Id">The blob that is lost.</param>
/// <param name="Loss">Why.</param>
/// <param name="Level">-1 for a chunk, else the level of the map's node.</param>
/// <param name="Index">The chunk's or node's number.</param>
/// <param name="OffsetBytes">Where the part begins.</param>
/// <param name="LengthBytes">Its length.</param>
internal sealed record LostPlace(
    ChunkId Id, Loss Loss, int Level, long Index, long OffsetBytes, long LengthBytes);

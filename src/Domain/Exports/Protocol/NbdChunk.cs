namespace LibvirtBackup.Exports.Protocol;

/// <summary>A part of a structured reply.</summary>
internal enum NbdChunk : ushort
{
    None = 0,
    OffsetData = 1,
    OffsetHole = 2,
    BlockStatus = 5,
    BlockStatusExtended = 6,
    Error = 0x8001,
}

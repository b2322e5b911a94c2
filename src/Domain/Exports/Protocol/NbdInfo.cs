namespace LibvirtBackup.Exports.Protocol;

/// <summary>The parts of an export's description.</summary>
internal enum NbdInfo : ushort
{
    Export = 0,
    Name = 1,
    Description = 2,
    BlockSize = 3,
}

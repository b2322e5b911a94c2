namespace LibvirtBackup.Exports.Protocol;

/// <summary>What can be done with an export.</summary>
[Flags]
internal enum NbdExportFlags : ushort
{
    None = 0,
    HasFlags = 1 << 0,
    ReadOnly = 1 << 1,
    SendDf = 1 << 7,
    CanMultiConn = 1 << 8,
    SendCache = 1 << 10,
}

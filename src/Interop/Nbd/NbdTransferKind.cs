namespace LibvirtBackup.Interop.Nbd;

/// <summary>What an <see cref="NbdTransfer"/> does.</summary>
internal enum NbdTransferKind
{
    Read,
    Write,
    WriteZeroes,
    Trim,
    Flush,
}

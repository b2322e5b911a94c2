namespace LibvirtBackup.Interop.Nbd;

/// <summary>How zeroes are written (LIBNBD_CMD_FLAG_*).</summary>
[Flags]
public enum NbdZeroFlags
{
    /// <summary>The server may free the space.</summary>
    None = 0,

    /// <summary>The zeroes are durable when the request completes.</summary>
    ForceUnitAccess = 1,

    /// <summary>The space stays allocated.</summary>
    NoHole = 2,

    /// <summary>Fails at once (ENOTSUP) where it would be no faster than writing zeroes.</summary>
    FastOnly = 0x10,
}

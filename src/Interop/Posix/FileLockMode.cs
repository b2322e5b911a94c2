namespace LibvirtBackup.Interop.Posix;

/// <summary>Who may hold a <see cref="FileLock"/> at the same time.</summary>
public enum FileLockMode
{
    /// <summary>One holder, and nobody shares.</summary>
    Exclusive,

    /// <summary>Any number of holders, all of them sharing.</summary>
    Shared,
}

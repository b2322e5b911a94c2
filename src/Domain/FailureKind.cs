namespace LibvirtBackup;

/// <summary>Why an operation could not be done; decides the exit code of <c>lvbackup</c>.</summary>
public enum FailureKind
{
    /// <summary>It failed for the reason in the message (exit code 1).</summary>
    Failed,

    /// <summary>The request itself makes no sense (exit code 2).</summary>
    Usage,

    /// <summary>Stored data does not verify (exit code 4).</summary>
    Integrity,

    /// <summary>Another job or process holds what is needed (exit code 5).</summary>
    Busy,

    /// <summary>The host's libvirt or QEMU, or the domain's disks, cannot do it (exit code 6).</summary>
    NotSupported,
}

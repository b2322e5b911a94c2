namespace LibvirtBackup.Repositories;

/// <summary>What a file beside the disks is to the domain.</summary>
public enum AttachmentRole
{
    /// <summary>The firmware image.</summary>
    Loader,

    /// <summary>The firmware's variable store.</summary>
    Nvram,

    /// <summary>A file of the emulated TPM's state.</summary>
    TpmState,

    /// <summary>The kernel for direct boot.</summary>
    Kernel,

    /// <summary>The initial RAM disk for direct boot.</summary>
    Initrd,
}

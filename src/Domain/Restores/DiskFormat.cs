namespace LibvirtBackup.Restores;

/// <summary>The format of a restored disk.</summary>
public enum DiskFormat
{
    /// <summary>QEMU's image format, sparse, version 3.</summary>
    Qcow2,

    /// <summary>The plain bytes, as a sparse file.</summary>
    Raw,
}

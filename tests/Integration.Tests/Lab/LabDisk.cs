namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>A disk to make for a guest; guests get them as vda, vdb and so on.</summary>
internal sealed record LabDisk(long Size)
{
    /// <summary>qcow2 or raw.</summary>
    public string Format { get; init; } = "qcow2";

    /// <summary>qemu-img's -o, such as <c>cluster_size=64k,compat=0.10</c>.</summary>
    public string? CreateOptions { get; init; }

    /// <summary>Attributes of the driver element; by default what the guest discards leaves the image.</summary>
    public string DriverAttributes { get; init; } = "discard='unmap'";

    /// <summary>True for an image on the lab's small storage, which <see cref="SmallStorage"/> fills up.</summary>
    public bool IsOnSmallStorage { get; init; }

    public static string TargetOf(int index) => $"vd{(char)('a' + index)}";
}

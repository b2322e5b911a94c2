namespace LibvirtBackup.Qmp;

/// <summary>A device that the guest sees as a drive, as <c>query-block</c> shows it.</summary>
internal sealed record BlockDevice
{
    /// <summary>
    /// The device in QEMU: its id, or its path where the drive is a part of it, such as
    /// <c>/machine/peripheral/virtio-disk0/virtio-backend</c>; null when no device uses the drive.
    /// </summary>
    public string? Qdev { get; init; }

    /// <summary>
    /// The node that the device reads and writes, with the images behind it; null for an empty drive. While a job
    /// works on the drive this is a filter of QEMU's own.
    /// </summary>
    public BlockNode? Inserted { get; init; }

    /// <summary>Whether the device is the one that libvirt gave this alias.</summary>
    /// <param name="alias">The alias in the description of the running domain, such as <c>virtio-disk0</c>.</param>
    public bool IsDevice(string alias) => Qdev is not null && Array.IndexOf(Qdev.Split('/'), alias) >= 0;
}

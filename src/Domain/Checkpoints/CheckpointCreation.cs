namespace LibvirtBackup.Checkpoints;

/// <summary>How a checkpoint is made.</summary>
public sealed record CheckpointCreation
{
    /// <summary>The bitmaps exist already: only libvirt's description is written.</summary>
    public bool Redefine { get; init; }

    /// <summary>
    /// With <see cref="Redefine"/>: libvirt checks the bitmaps; the domain has to run. Since libvirt 6.10.0.
    /// </summary>
    public bool Validate { get; init; }

    /// <summary>Freeze the guest for the moment; no QEMU driver up to libvirt 11.3 has it.</summary>
    public bool Quiesce { get; init; }
}

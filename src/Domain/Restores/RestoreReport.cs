namespace LibvirtBackup.Restores;

/// <summary>What a restore wrote.</summary>
/// <param name="Point">The restore point's full id.</param>
/// <param name="Disks">The disks written.</param>
public sealed record RestoreReport(string Point, IReadOnlyList<RestoredDisk> Disks);

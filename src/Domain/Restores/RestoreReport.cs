namespace LibvirtBackup.Restores;

/// <summary>What a restore wrote.</summary>
/// <param name="Point">The restore point's full id.</param>
/// <param name="Disks">The disks written.</param>
/// <param name="Domain">The domain that was defined, or null.</param>
/// <param name="Warnings">What could not be put back as it was, one line each.</param>
public sealed record RestoreReport(
    string Point, IReadOnlyList<RestoredDisk> Disks, RestoredDomain? Domain, IReadOnlyList<string> Warnings);

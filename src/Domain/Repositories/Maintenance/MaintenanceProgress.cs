namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>How far a long job on a repository is.</summary>
/// <param name="DoneBytes">Bytes of packs that are done.</param>
/// <param name="TotalBytes">Bytes of all packs.</param>
public readonly record struct MaintenanceProgress(long DoneBytes, long TotalBytes);

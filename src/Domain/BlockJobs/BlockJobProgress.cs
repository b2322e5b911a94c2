namespace LibvirtBackup.BlockJobs;

/// <summary>How far a block job is.</summary>
/// <param name="Domain">The domain's name.</param>
/// <param name="Disk">The disk.</param>
/// <param name="DoneBytes">How much of it is done.</param>
/// <param name="TotalBytes">All of it; grows when the guest writes meanwhile.</param>
internal sealed record BlockJobProgress(string Domain, string Disk, long DoneBytes, long TotalBytes);

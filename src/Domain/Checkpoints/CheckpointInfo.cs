namespace LibvirtBackup.Checkpoints;

/// <summary>A checkpoint's place among the others.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Domain">The domain's name.</param>
/// <param name="Parent">The checkpoint before it, or null.</param>
/// <param name="Children">How many follow it directly.</param>
/// <param name="Descendants">How many follow it at all.</param>
public sealed record CheckpointInfo(string Name, string Domain, string? Parent, int Children, int Descendants);

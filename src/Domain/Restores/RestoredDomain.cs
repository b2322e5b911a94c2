namespace LibvirtBackup.Restores;

/// <summary>A domain that a restore defined.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uuid">Its UUID.</param>
/// <param name="Checkpoint">
/// The checkpoint that its next backup can start from, or null when that reads everything.
/// </param>
public sealed record RestoredDomain(string Name, Guid Uuid, string? Checkpoint);

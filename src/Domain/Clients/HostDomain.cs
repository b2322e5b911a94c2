namespace LibvirtBackup.Clients;

/// <summary>A domain of a host.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uuid">Its UUID, which outlives renaming.</param>
/// <param name="IsRunning">Whether it runs, paused or not.</param>
public sealed record HostDomain(string Name, Guid Uuid, bool IsRunning);

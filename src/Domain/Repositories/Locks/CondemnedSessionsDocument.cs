namespace LibvirtBackup.Repositories.Locks;

/// <summary>The sessions that may not know of a condemnation; it is carried out when all have ended.</summary>
/// <param name="Sessions">Ids of sessions.</param>
internal sealed record CondemnedSessionsDocument(IReadOnlyList<string> Sessions);

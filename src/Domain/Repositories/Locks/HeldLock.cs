namespace LibvirtBackup.Repositories.Locks;

/// <summary>A lock that is there and not stale.</summary>
/// <param name="Session">The session's id.</param>
/// <param name="Document">What it says.</param>
internal sealed record HeldLock(string Session, LockDocument Document);

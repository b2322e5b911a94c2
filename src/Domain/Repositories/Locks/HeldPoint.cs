namespace LibvirtBackup.Repositories.Locks;

/// <summary>
/// Keeps the point that a session builds on. What is taken over from its maps is not looked for in the packs: gc may
/// have condemned them before the session began, and spares them only while a point needs them.
/// </summary>
internal sealed class HeldPoint(Repository repository, string purpose) : IAsyncDisposable
{
    private RepositoryLock? _held;

    /// <summary>Keeps a point until this is disposed.</summary>
    /// <returns>False when there is no such point any more, or somebody is removing it.</returns>
    internal async Task<bool> TryHoldAsync(string point, CancellationToken cancellationToken)
    {
        try
        {
            _held = await repository.Uses.TakeAsync(purpose, [point], cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (BackupException e) when (e.Kind is FailureKind.Failed or FailureKind.Busy)
        {
            return false;
        }
    }

    /// <summary>Goes on only while the point is kept, if one was to be.</summary>
    /// <exception cref="BackupException">The lock was taken for stale: the point may be gone.</exception>
    internal Task RequireAsync(CancellationToken cancellationToken) =>
        _held is null ? Task.CompletedTask : _held.RequireAsync(cancellationToken);

    public ValueTask DisposeAsync() => _held is null ? ValueTask.CompletedTask : _held.DisposeAsync();
}

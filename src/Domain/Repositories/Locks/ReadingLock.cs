namespace LibvirtBackup.Repositories.Locks;

/// <summary>The lock of those who read for long: gc sees it, and leaves what they may need.</summary>
internal static class ReadingLock
{
    /// <summary>Takes it, where anything can be written.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="purpose">What is read, for others to see.</param>
    /// <param name="points">Ids of points that must not be removed meanwhile.</param>
    /// <param name="consequence">What happens when gc deletes what is needed, for the warning.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lock, or a warning where the storage is read-only: reading must work from it too.</returns>
    internal static async Task<(RepositoryLock? Held, string? Warning)> TryTakeAsync(
        Repository repository, string purpose, IReadOnlyList<string> points, string consequence,
        CancellationToken cancellationToken)
    {
        try
        {
            return (await repository.Uses.TakeAsync(purpose, points, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"repository '{repository.Location}' cannot be told that it is being read: {e.Message}; "
                + $"'lvbackup gc' on another host may delete what {consequence}");
        }
    }
}

using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Reads a repository and checks that its points restore to what they were.</summary>
internal static class RepositoryVerifier
{
    /// <summary>
    /// Verifies points, or all that is stored. What is found is noted in the repository, so that the next backup stores
    /// it again where it can.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="request">What to verify.</param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found; damage is no exception here.</returns>
    /// <exception cref="BackupException">The request makes no sense, or there is no such point.</exception>
    public static async Task<VerifyReport> VerifyAsync(
        Repository repository, VerifyRequest request, IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        var warnings = new List<string>();
        var held = await TryHoldAsync(repository, warnings, cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                try
                {
                    return await new VerifyRun(repository, request, progress, warnings)
                        .ExecuteAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (BlobMissingException e) when (e.Key.StartsWith(IndexFormat.Folder, StringComparison.Ordinal))
                {
                    // Merged into another one meanwhile, which happens once in many backups: begin anew.
                }
            }
        }
        finally
        {
            if (held is not null) await held.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A session, so that gc deletes nothing that is being read; where nothing can be written, no gc runs.
    /// </summary>
    private static async Task<Locks.RepositoryLock?> TryHoldAsync(
        Repository repository, List<string> warnings, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.Locks.TakeSessionAsync("verify", cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warnings.Add($"nothing can be noted in the repository: {e.Message}");
            return null;
        }
    }
}

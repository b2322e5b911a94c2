using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.InstantRecovery;

/// <summary>
/// The mark by which a repository keeps the point of a domain, also while its server is dead and on whatever host the
/// point is to be removed.
/// </summary>
internal static class InstantUse
{
    /// <summary>Makes the mark, where anything can be written, unless it is there.</summary>
    /// <returns>Null, or a warning: running from storage that is read-only must work too.</returns>
    /// <exception cref="BackupException">The point is gone, or is being removed.</exception>
    internal static async Task<string?> TryMarkAsync(
        Repository repository, InstantDomain domain, CancellationToken cancellationToken)
    {
        if (domain.Use is not { } use) return null;
        try
        {
            var mark = new UseDocument
            {
                Point = domain.Point,
                Domain = domain.Name,
                Host = Environment.MachineName,
                Since = domain.Since,
            };
            await repository.Uses.MarkAsync(use, mark, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"repository '{repository.Location}' cannot be told that domain '{domain.Name}' runs from it: "
                + $"{e.Message}; whoever can write there must not forget point {domain.Point}";
        }
    }

    /// <summary>Removes the mark.</summary>
    /// <returns>Null, or a warning: the domain does not need the repository any more, which may be gone.</returns>
    internal static async Task<string?> TryReleaseAsync(InstantDomain domain)
    {
        if (domain.Use is not { } use) return null;
        try
        {
            await PointUses.ReleaseAsync(domain.Repository, use, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"repository '{domain.Repository}' cannot be told that domain '{domain.Name}' does not run from it "
                + $"any more: {e.Message}; it keeps point {domain.Point} until '{PointUses.KeyOf(use)}' in it is "
                + "removed";
        }
    }
}

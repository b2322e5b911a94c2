using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups;

/// <summary>What a run that was to make a point says when libvirt, or a file, failed it.</summary>
internal static class RunFailure
{
    /// <summary>Runs it, and turns what it fails with into one line.</summary>
    /// <param name="kind">What is run: backup or push.</param>
    /// <param name="domain">The domain's name.</param>
    /// <param name="run">The run.</param>
    /// <exception cref="BackupException">Why there is no point.</exception>
    internal static async Task<T> ExplainAsync<T>(string kind, string domain, Func<Task<T>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (Exception e) when (e is LibvirtException or IOException or UnauthorizedAccessException)
        {
            // libvirt's lock timeout: a job of somebody else began after we had looked.
            var isBusy = e is LibvirtException { Code: VirErrorNumber.OperationTimeout };
            throw new BackupException(
                isBusy ? FailureKind.Busy : FailureKind.Failed,
                $"{kind} of domain '{domain}' failed: {e.Message}; no point was made, the next {kind} covers the gap",
                e);
        }
    }
}

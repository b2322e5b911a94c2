using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.State;

namespace LibvirtBackup.Recovery.Doctors;

/// <summary>
/// Finds job directories, with sockets and scratch images, that no job belongs to any more: the journal that told of
/// them was lost. Those below another <c>--scratch</c> directory nobody remembers then.
/// </summary>
internal sealed class LeftOverJobs(LibvirtConnection connection, StateDirectory state)
{
    internal async Task<IReadOnlyList<DoctorFinding>> ExamineAsync(bool repair, CancellationToken cancellationToken)
    {
        // Listed first: a backup that begins meanwhile is in its journal before it makes its directory.
        var directories = state.ListJobs();
        if (directories.Count == 0) return [];
        var used = state.ListDomains().Select(domain => Journal.Read(domain).OpenJob?.JobDirectory)
            .Concat(await ListRunningAsync(cancellationToken).ConfigureAwait(false))
            .ToHashSet(StringComparer.Ordinal);
        var found = new List<DoctorFinding>();
        foreach (var directory in directories.Where(path => !used.Contains(path) && !IsOpen(path)))
        {
            if (repair) JobDirectory.Remove(directory);
            found.Add(DomainExamination.OfDomain(
                "left-over-files", null, $"'{directory}' is of a backup that was interrupted, and of no job any more",
                "remove-files", repair));
        }

        return found;
    }

    /// <summary>Directories of the jobs that libvirt runs now.</summary>
    private async Task<IEnumerable<string?>> ListRunningAsync(CancellationToken cancellationToken)
    {
        var running = new List<string?>();
        var domains = await connection.ListDomainsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        foreach (var domain in domains)
        {
            try
            {
                var socket = await PullJob.GetSocketAsync(domain, cancellationToken).ConfigureAwait(false);
                running.Add(Path.GetDirectoryName(socket));
            }
            catch (LibvirtException e) when (e.Code == VirErrorNumber.NoDomain)
            {
                // It is gone, with its job.
            }
            catch (LibvirtException e)
            {
                throw HostRefusal.Of(e, $"the job directories in '{state.JobsDirectory}' could not be examined");
            }
            finally
            {
                domain.Dispose();
            }
        }

        return running;
    }

    private static bool IsOpen(string directory)
    {
        try
        {
            return Directory.EnumerateFiles(directory, "*.scratch")
                .Any(file => QemuLocks.IsOpen(file) is true);
        }
        catch (Exception e) when (e is PosixException or IOException or UnauthorizedAccessException)
        {
            return true; // what cannot be looked at is left alone
        }
    }
}

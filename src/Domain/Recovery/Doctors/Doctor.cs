using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Hosts;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery.Doctors;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.Recovery;

/// <summary>
/// Compares what the journal, the repository, libvirt and the disks say of each checkpoint and bitmap of ours, and
/// repairs it on request; so too what commands that were killed have left on the host. Others' checkpoints and bitmaps
/// are shown and never touched.
/// </summary>
/// <param name="options">How backups are run on this host.</param>
/// <param name="time">The clock.</param>
internal sealed class Doctor(BackupEngineOptions options, TimeProvider time)
{
    private readonly StateDirectory _state = new(options.StateDirectory);

    /// <summary>Examines a domain, or all of a host.</summary>
    /// <remarks>
    /// QEMU's monitor is asked for the bitmaps of a running domain, which libvirt notes as tainting.
    /// </remarks>
    /// <param name="connection">The host; stays open.</param>
    /// <param name="repository">The repository, or null: then the bitmaps are shown, but not judged.</param>
    /// <param name="domain">Name, UUID or id, or null for all.</param>
    /// <param name="repair">True to do what the findings say; every part of it may be repeated.</param>
    /// <param name="cancellationToken">Gives up between two steps.</param>
    /// <exception cref="BackupException">
    /// There is no such domain, or it is busy, or libvirt cannot be asked. Of all domains, busy ones are left out with
    /// a note, and one that cannot be examined has that as its finding.
    /// </exception>
    public async Task<DoctorReport> ExamineAsync(
        LibvirtConnection connection,
        Repository? repository,
        string? domain,
        bool repair,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await HostRequirements.CheckAsync(connection, cancellationToken).ConfigureAwait(false);
        var uri = await connection.GetUriAsync(cancellationToken).ConfigureAwait(false);
        // What is left on this host only its own libvirt can judge.
        var isHere = RemoteHost.Of(uri) is null;
        var views = new LeftOverViews(connection, options, time);
        if (domain is not null)
        {
            using var one = await DomainFinder.FindAsync(connection, domain, cancellationToken).ConfigureAwait(false);
            var found = await ExamineAsync(one, uri, repository, repair, cancellationToken).ConfigureAwait(false);
            var left = isHere
                ? await views.ExamineAsync($"{one.Uuid}", repair, cancellationToken).ConfigureAwait(false)
                : [];
            return new DoctorReport([found with { Findings = [.. found.Findings, .. left] }], []);
        }

        var all = await connection.ListDomainsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        var (examined, notes) = (new List<ExaminedDomain>(), new List<string>());
        foreach (var one in all.OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            try
            {
                examined.Add(await ExamineAsync(one, uri, repository, repair, cancellationToken).ConfigureAwait(false));
            }
            catch (BackupException e) when (e.Kind == FailureKind.Busy)
            {
                notes.Add($"domain '{one.Name}' was not examined: {e.Message}");
            }
            catch (BackupException e)
            {
                examined.Add(new ExaminedDomain(one.Name, [DomainExamination.Refused(e.Message)]));
            }
            finally
            {
                one.Dispose();
            }
        }

        return new DoctorReport(examined, notes)
        {
            Findings = !isHere ? [] :
            [
                .. await new LeftOverJobs(connection, _state).ExamineAsync(repair, cancellationToken)
                    .ConfigureAwait(false),
                .. await views.ExamineAsync(null, repair, cancellationToken).ConfigureAwait(false),
            ],
        };
    }

    private async Task<ExaminedDomain> ExamineAsync(
        LibvirtDomain domain, string uri, Repository? repository, bool repair, CancellationToken cancellationToken)
    {
        // Locked before points are listed: a checkpoint of a backup that runs has no point yet.
        using var held = _state.LockDomain(domain.Uuid, domain.Name);
        try
        {
            var journal = Journal.Open(_state.OpenDomain(domain.Uuid));
            var (all, points) = await ReadPointsAsync(repository, domain.Uuid, cancellationToken).ConfigureAwait(false);
            var jobs = new JobExamination(domain, uri, journal, _state, time);
            var reconciler = new TrackingReconciler(new LibvirtTrackedDomain(domain), points, journal);
            if (repair)
            {
                var ended = await jobs.RepairAsync(repository?.Id, all, cancellationToken).ConfigureAwait(false);
                await PullJob.RefuseWhenBusyAsync(new LibvirtBackupDomain(domain, time), cancellationToken)
                    .ConfigureAwait(false);
                var (before, after, failures) = await reconciler.ReconcileAsync(closely: true, cancellationToken)
                    .ConfigureAwait(false);
                var found = DomainExamination.Describe(before, after);
                return new ExaminedDomain(
                    domain.Name, [.. ended, .. found, .. failures.Select(DomainExamination.Refused)]);
            }

            var survey = await reconciler.LookAsync(closely: true, cancellationToken).ConfigureAwait(false);
            var left = await jobs.LookAsync(cancellationToken).ConfigureAwait(false);
            return new ExaminedDomain(domain.Name, [.. left, .. DomainExamination.Describe(survey, survey)]);
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, $"the checkpoints of domain '{domain.Name}' could not be examined");
        }
    }

    private static async Task<(IReadOnlyList<PointSummary> All, PointsOfDomain OfDomain)> ReadPointsAsync(
        Repository? repository, Guid domain, CancellationToken cancellationToken)
    {
        if (repository is null)
            return ([], PointsOfDomain.None(null));
        var (points, _) = await repository.ListPointsAsync(cancellationToken).ConfigureAwait(false);
        var damaged = await repository.Notes.ListDamagedAsync(cancellationToken).ConfigureAwait(false);
        return (points, new PointsOfDomain(
            repository.Id,
            points,
            damaged.SelectMany(found => found.Points).ToHashSet(StringComparer.Ordinal),
            domain,
            repository.Points.ReadAsync));
    }
}

using System.Runtime.ExceptionServices;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Restores.Definitions;

namespace LibvirtBackup.Restores;

/// <summary>Writes the disks of restore points. Every chunk is checked against its hash before it is written.</summary>
internal sealed class RestoreEngine
{
    private readonly Action<RestoreStep, string>? _after;

    /// <summary>Makes the engine.</summary>
    public RestoreEngine()
        : this(after: null)
    {
    }

    /// <summary>Makes an engine that tells of its steps.</summary>
    /// <param name="after">Called after each durable step, with the disk or file; tests copy there what is on disk,
    /// which is what a crash would leave.</param>
    internal RestoreEngine(Action<RestoreStep, string>? after) => _after = after;

    /// <summary>Restores disks of a point to files and devices, and defines no domain.</summary>
    /// <inheritdoc cref="RestoreAsync(Repository, RestoreRequest, LibvirtConnection?, IProgress{RestoreProgress}?,
    /// CancellationToken)"/>
    public Task<RestoreReport> RestoreAsync(
        Repository repository,
        RestoreRequest request,
        IProgress<RestoreProgress>? progress,
        CancellationToken cancellationToken) =>
        RestoreAsync(repository, request, connection: null, progress, cancellationToken);

    /// <summary>Restores disks of a point to files and devices, and defines the domain when asked to.</summary>
    /// <param name="repository">Where the point is.</param>
    /// <param name="request">What to restore, and where to.</param>
    /// <param name="connection">
    /// The host that the domain is defined on, this one; null when none is. Where it is given, disks of a domain whose
    /// memory is saved are refused.
    /// </param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="cancellationToken">
    /// Ends the restore; new files are removed. A file or device that is written in place is incomplete then, until
    /// the restore is run again.
    /// </param>
    /// <exception cref="BackupException">
    /// Why not all was restored, and what is left: which disks are restored, and which ones, written in place, are
    /// incomplete. A new file has its name only when every disk is complete.
    /// </exception>
    /// <exception cref="RestoreInterruptedException">It was cancelled, and something is left.</exception>
    public async Task<RestoreReport> RestoreAsync(
        Repository repository,
        RestoreRequest request,
        LibvirtConnection? connection,
        IProgress<RestoreProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        var warnings = new List<string>();
        var (session, warning) = await ReadingLock.TryTakeAsync(
            repository, $"restore {request.Point}", [], "this restore needs, which would make it fail",
            cancellationToken).ConfigureAwait(false);
        if (warning is not null) warnings.Add(warning);
        try
        {
            return await RestoreInSessionAsync(repository, request, connection, warnings, progress, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<RestoreReport> RestoreInSessionAsync(
        Repository repository,
        RestoreRequest request,
        LibvirtConnection? connection,
        List<string> warnings,
        IProgress<RestoreProgress>? progress,
        CancellationToken cancellationToken)
    {
        var point = await repository.GetPointAsync(request.Point, cancellationToken).ConfigureAwait(false);
        var destinations = await RestorePlanner.PlanAsync(point, request, cancellationToken).ConfigureAwait(false);
        if (connection is not null)
            await SavedMemory.RefuseAsync(connection, destinations, cancellationToken).ConfigureAwait(false);
        var plan = await DefinitionPlan.MakeAsync(connection, point, request, destinations, cancellationToken)
            .ConfigureAwait(false);
        var definer = plan is null ? null : new DomainDefiner(repository, plan, destinations, warnings, _after);
        using var writer = new DiskSetWriter(
            repository, point, destinations, definer is null ? null : definer.SeedAsync, _after, progress);
        var disks = await WriteAsync(point, writer, cancellationToken).ConfigureAwait(false);
        try
        {
            var domain = definer is null ? null : await definer.DefineAsync(cancellationToken).ConfigureAwait(false);
            return new RestoreReport(point.Id, disks, domain, warnings);
        }
        finally
        {
            // Whoever is told that there is no domain is told too that the disks are restored.
            writer.Finish(warnings);
        }
    }

    private static async Task<IReadOnlyList<RestoredDisk>> WriteAsync(
        RestorePoint point, DiskSetWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            var disks = await writer.WriteAsync(cancellationToken).ConfigureAwait(false);
            writer.Publish();
            return disks;
        }
        catch (Exception e)
        {
            throw Explain(e, point, writer.GiveUp(), cancellationToken);
        }
    }

    private static Exception Explain(
        Exception e, RestorePoint point, string? left, CancellationToken cancellationToken)
    {
        switch (e)
        {
            case BackupException { Kind: FailureKind.Integrity } damage:
                return new BackupException(
                    damage.Kind,
                    $"cannot restore point '{point.Id}': {damage.Problem}; {left ?? "what was written is removed"}; "
                        + "run 'lvbackup verify' to see what is damaged, then 'lvbackup repair', or restore another "
                        + "point",
                    e);
            case BackupException failure when left is not null:
                return new BackupException(failure.Kind, $"{failure.Message}; {left}", e);
            case OperationCanceledException when left is not null:
                return new RestoreInterruptedException(left, e, cancellationToken);
            case IOException or UnauthorizedAccessException or NbdException:
                return new BackupException(
                    FailureKind.Failed,
                    $"cannot restore point '{point.Id}': {e.Message}; {left ?? "what was written is removed"}",
                    e);
            default:
                ExceptionDispatchInfo.Throw(e);
                return e;
        }
    }
}

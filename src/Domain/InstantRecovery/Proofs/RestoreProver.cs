using System.Text.Json;
using LibvirtBackup.Exports;
using LibvirtBackup.InstantRecovery.Servers;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.InstantRecovery.Proofs;

/// <summary>
/// Boots restore points, without network, to see that they come up, and throws all of it away. When this process is
/// killed, libvirt ends the guest at once, and the next run removes what is left.
/// </summary>
internal sealed class RestoreProver
{
    private readonly TimeProvider _time;
    private readonly PointServer _server;
    private readonly InstantRegistry _registry;
    private readonly InstantDiscarder _discarder;

    /// <summary>Makes it.</summary>
    /// <param name="options">Where what runs is noted.</param>
    /// <param name="server">Serves points.</param>
    /// <param name="time">The clock.</param>
    public RestoreProver(InstantRecoveryOptions options, PointServer server, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_time, _server) = (time, server);
        _registry = new InstantRegistry(new StateDirectory(options.StateDirectory));
        _discarder = new InstantDiscarder(options, time);
    }

    /// <summary>Boots a point and looks.</summary>
    /// <param name="connection">The host.</param>
    /// <param name="repository">Where the point is.</param>
    /// <param name="request">What to wait for, and what to check.</param>
    /// <param name="cancellationToken">Ends it; the guest is thrown away.</param>
    /// <returns>What came of it, good or not; it is in the report's directory as well.</returns>
    /// <exception cref="BackupException">It could not be tried at all.</exception>
    public async Task<ProofReport> ProveAsync(
        LibvirtConnection connection, Repository repository, ProofRequest request,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        await RemoteHost.RefuseAsync(connection, "a test restore", cancellationToken).ConfigureAwait(false);
        var start = _time.GetTimestamp();
        var report = PrepareReport(request);
        var point = await repository.GetPointAsync(request.Point, cancellationToken).ConfigureAwait(false);
        var warnings = new List<string>(
            await _discarder.ClearLeftOversAsync(connection, cancellationToken).ConfigureAwait(false));
        var plan = await InstantPlan.MakeAsync(
            connection, repository, point,
            new InstantRequest
            {
                Point = point.Id,
                Name = $"{point.Domain}-test-{Guid.NewGuid().ToString("n")[..8]}",
                Directory = request.Directory,
            },
            ProcessIdentity.Current, _time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        RefuseNoSign(plan, request);
        warnings.AddRange(plan.Warnings);
        using var held = _registry.Lock(plan.Domain.Uuid, plan.Domain.Name);
        var run = new ProofRun(plan, request, report, start, _time);
        _registry.Save(run.Domain);
        ProofReport result;
        try
        {
            result = await ServeAndRunAsync(connection, repository, run, warnings, cancellationToken)
                .ConfigureAwait(false);
            DurableFile.Write(
                Path.Combine(report, "report.json"),
                JsonSerializer.SerializeToUtf8Bytes(result, InstantJson.Default.ProofReport));
        }
        catch (Exception e)
        {
            await _discarder.UndoLockedAsync(connection, run.Domain).ConfigureAwait(false);
            if (e is not (IOException or UnauthorizedAccessException)) throw;
            throw new BackupException(
                FailureKind.Failed,
                $"point {point.Id} cannot be tried in '{run.Domain.Directory}': {e.Message}; what was made for it is "
                + "removed again, give another directory with --to",
                e);
        }

        await _discarder.DiscardLockedAsync(connection, run.Domain, CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    private async Task<ProofReport> ServeAndRunAsync(
        LibvirtConnection connection, Repository repository, ProofRun run, List<string> warnings,
        CancellationToken cancellationToken)
    {
        InstantBuilder.MakeDirectory(run.Domain);
        var serving = await PointServerHost.StartAsync(_server, repository, run.Domain, cancellationToken)
            .ConfigureAwait(false);
        await using var ending = serving.ConfigureAwait(false);
        try
        {
            await InstantBuilder.MakeFilesAsync(run.Plan, repository, warnings, cancellationToken)
                .ConfigureAwait(false);
            return await run.RunAsync(connection, warnings, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // While its server is there: a guest that waits for its disks ends slowly.
            await InstantDiscarder.RemoveGuestAsync(connection, run.Domain, CancellationToken.None)
                .ConfigureAwait(false);
        }
    }

    private static string PrepareReport(ProofRequest request)
    {
        var directory = Path.GetFullPath(request.ReportDirectory);
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
            throw new BackupException(
                FailureKind.Usage, $"'{directory}' is not empty; name a new directory for the report");
        DurableFile.CreateDirectory(directory);
        return directory;
    }

    private static void RefuseNoSign(InstantPlan plan, ProofRequest request)
    {
        var hasAgent = plan.Definition.GuestAgent != GuestAgentChannel.Absent;
        if (!hasAgent && request is { ConsoleText: null, RunTime: null })
            throw new BackupException(
                FailureKind.Usage,
                $"domain '{plan.Base.Point.Domain}' has no guest agent: say by what it is known to be up, with "
                + "--console TEXT or --run-for DURATION");
        if (!hasAgent && request.GuestCheck is not null)
            throw new BackupException(
                FailureKind.Usage,
                $"domain '{plan.Base.Point.Domain}' has no guest agent: nothing can be run in it; use --check");
    }
}

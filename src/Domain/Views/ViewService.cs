using System.Security.Cryptography;
using LibvirtBackup.Backups;
using LibvirtBackup.Exports.Hosting;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Views.Serving;

namespace LibvirtBackup.Views;

/// <summary>
/// Temporary snapshots: named views of a running domain's disks at one instant, for reading, any number at once, also
/// beside backups.
/// </summary>
/// <param name="options">Where this host's state is.</param>
/// <param name="exports">The exports that serve views.</param>
/// <param name="time">The clock.</param>
internal sealed class ViewService(BackupEngineOptions options, BackgroundExports exports, TimeProvider time)
{
    private readonly ViewRegistry _registry = new(options.StateDirectory);

    /// <summary>Opens a view: all its disks are of one instant.</summary>
    /// <param name="connection">The host.</param>
    /// <param name="request">What is opened.</param>
    /// <param name="cancellationToken">Gives up; what was made until then is cleared.</param>
    /// <exception cref="BackupException">It cannot be opened; nothing is left.</exception>
    public async Task<ViewSummary> OpenAsync(
        LibvirtConnection connection, ViewRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Name is not null) ViewRegistry.CheckName(request.Name);
        var id = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var name = request.Name ?? $"view-{id}";
        using var domain = await DomainFinder.FindAsync(connection, request.Domain, cancellationToken)
            .ConfigureAwait(false);
        var parent = request.ScratchDirectory ?? Path.Combine(options.StateDirectory, "scratch");
        var opening = new ViewOpening(domain, _registry, time);
        try
        {
            var (view, sources) = await opening.PlanAsync(
                request, name, id, Path.Combine(Path.GetFullPath(parent), $"lvb-{id}"), cancellationToken)
                .ConfigureAwait(false);
            var open = await OpenAsync(domain, opening, view, sources, cancellationToken).ConfigureAwait(false);
            return Summarize(open, ViewState.Open, null, null) with { Warnings = opening.Warnings };
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, $"a view of domain '{domain.Name}' cannot be opened");
        }
    }

    /// <summary>The views of this host, with how they are now.</summary>
    /// <param name="connection">The host.</param>
    /// <param name="domain">Only those of this domain: its name or UUID; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">A record cannot be read, or libvirt cannot be asked.</exception>
    public async Task<IReadOnlyList<ViewSummary>> ListAsync(
        LibvirtConnection connection, string? domain, CancellationToken cancellationToken)
    {
        var found = new List<ViewSummary>();
        foreach (var view in _registry.List())
            if (domain is null || view.Domain == domain || $"{view.DomainUuid}" == domain)
                found.Add(await LookAsync(connection, view, cancellationToken).ConfigureAwait(false));
        return found;
    }

    /// <summary>One view, with how it is now.</summary>
    /// <param name="connection">The host.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">There is none of that name.</exception>
    public Task<ViewSummary> GetAsync(
        LibvirtConnection connection, string name, CancellationToken cancellationToken) =>
        LookAsync(connection, _registry.Get(name), cancellationToken);

    /// <summary>The names of this host's views, without asking how they are.</summary>
    public IReadOnlyList<string> ListNames() => [.. _registry.List().Select(view => view.Name)];

    /// <summary>Closes a view, whatever is there of it, and stops the exports that serve it.</summary>
    /// <param name="connection">The host.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up; what is left is cleared by the next call.</param>
    /// <exception cref="BackupException">There is none of that name, or something does not go away.</exception>
    public async Task CloseAsync(LibvirtConnection connection, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _registry.Get(name);
        using var held = _registry.Lock(name);
        var view = _registry.Get(name);
        foreach (var export in await exports.ListAsync(cancellationToken).ConfigureAwait(false))
            if (export.Order.View == name)
                await exports.StopAsync(export.Order.Name, cancellationToken).ConfigureAwait(false);
        _registry.Save(view with { Phase = ViewPhase.Closing });
        try
        {
            await ClearAsync(connection, view, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, $"view '{name}' of domain '{view.Domain}' cannot be closed", "close it again");
        }

        _registry.Remove(name, held);
    }

    private async Task<ViewRecord> OpenAsync(
        LibvirtDomain domain, ViewOpening opening, ViewRecord view, IReadOnlyList<ViewSource> sources,
        CancellationToken cancellationToken)
    {
        using var held = _registry.Lock(view.Name);
        if (_registry.Exists(view.Name))
            throw new BackupException(
                FailureKind.Failed,
                $"there is a view '{view.Name}' on this host already; give another --name, or close it");
        _registry.Save(view);
        try
        {
            return await opening.RunAsync(view, sources, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await UndoAsync(domain.Connection, view, held).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Clears what a failed opening has left, without hiding why it failed; else the record stays.</summary>
    private async Task UndoAsync(LibvirtConnection connection, ViewRecord view, FileLock held)
    {
        try
        {
            await ClearAsync(connection, view, CancellationToken.None).ConfigureAwait(false);
            _registry.Remove(view.Name, held);
        }
        catch (Exception e) when (e is LibvirtException or BackupException or IOException)
        {
            // snapshot-list shows it as unfinished.
        }
    }

    private async Task ClearAsync(
        LibvirtConnection connection, ViewRecord view, CancellationToken cancellationToken)
    {
        var server = new QemuNbdServer(options.StateDirectory, time);
        try
        {
            using var domain = await connection.LookupDomainAsync(view.DomainUuid, cancellationToken)
                .ConfigureAwait(false);
            if (await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false))
                await new ViewClosing(domain, server, time).RunAsync(view, cancellationToken).ConfigureAwait(false);
            else
                server.Forget(view.DomainUuid);
        }
        catch (LibvirtException e) when (e.Code is VirErrorNumber.NoDomain or VirErrorNumber.OperationInvalid)
        {
            // It ended, and QEMU's part of the view with it.
            server.Forget(view.DomainUuid);
        }

        if (view.Disks.Any(disk => IsOpen(view.ScratchOf(disk))))
            throw new BackupException(
                FailureKind.Busy,
                $"a QEMU still has a scratch image of view '{view.Name}' in '{view.Scratch}' open: its domain is "
                + "another libvirt's (--connect), or just ends");
        ViewClosing.RemoveFiles(view);
    }

    private static bool IsOpen(string scratch) => File.Exists(scratch) && QemuLocks.IsOpen(scratch) is true;

    private async Task<ViewSummary> LookAsync(
        LibvirtConnection connection, ViewRecord view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        try
        {
            // Nobody may change it while it is looked at; who does not get the lock need not look.
            var isBusy = _registry.IsBusy(view.Name);
            var facts = isBusy
                ? null
                : await ViewSurvey.LookAsync(connection, view, time, cancellationToken).ConfigureAwait(false);
            var (state, reason) = ViewJudge.Judge(view, isBusy, facts);
            return Summarize(view, state, reason, facts);
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, $"view '{view.Name}' of domain '{view.Domain}' cannot be looked at");
        }
    }

    private static ViewSummary Summarize(
        ViewRecord view, ViewState state, string? reason, IReadOnlyList<ViewFacts>? facts) => new()
    {
        Name = view.Name,
        Domain = view.Domain,
        DomainUuid = view.DomainUuid,
        Time = view.Time,
        State = state,
        Reason = reason,
        ScratchDirectory = view.Scratch,
        Disks = [.. view.Disks.Select((disk, i) => new ViewDiskSummary(
            disk.Name, disk.SizeBytes, facts?[i].UsedBytes, disk.LimitBytes, disk.Since))],
    };
}

using LibvirtBackup.Backups;
using LibvirtBackup.Exports.Hosting;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Views;

namespace LibvirtBackup.Recovery.Doctors;

/// <summary>
/// Finds views that cannot be read any more, of which jobs and nodes in QEMU, scratch images and records are left, and
/// exports whose process was killed.
/// </summary>
internal sealed class LeftOverViews(LibvirtConnection connection, BackupEngineOptions options, TimeProvider time)
{
    private readonly BackgroundExports _exports = new(options.StateDirectory, time);

    /// <summary>Looks at the views of a domain, or at all views and exports; closes what is left on request.</summary>
    internal async Task<IReadOnlyList<DoctorFinding>> ExamineAsync(
        string? domain, bool repair, CancellationToken cancellationToken)
    {
        var found = new List<DoctorFinding>();
        try
        {
            found.AddRange(await ExamineViewsAsync(domain, repair, cancellationToken).ConfigureAwait(false));
            if (domain is null)
                found.AddRange(await ExamineExportsAsync(repair, cancellationToken).ConfigureAwait(false));
        }
        catch (BackupException e)
        {
            found.Add(DomainExamination.Refused(e.Message));
        }

        return found;
    }

    private async Task<IReadOnlyList<DoctorFinding>> ExamineViewsAsync(
        string? domain, bool repair, CancellationToken cancellationToken)
    {
        var service = new ViewService(options, _exports, time);
        var found = new List<DoctorFinding>();
        foreach (var view in await service.ListAsync(connection, domain, cancellationToken).ConfigureAwait(false))
        {
            if (view.State is ViewState.Open or ViewState.Busy) continue;
            if (repair) await service.CloseAsync(connection, view.Name, cancellationToken).ConfigureAwait(false);
            found.Add(DomainExamination.OfDomain(
                "left-over-view", null, $"view '{view.Name}' of domain '{view.Domain}' is of no use: {view.Reason}",
                "close-view", repair));
        }

        return found;
    }

    private async Task<IReadOnlyList<DoctorFinding>> ExamineExportsAsync(
        bool repair, CancellationToken cancellationToken)
    {
        var found = new List<DoctorFinding>();
        foreach (var export in await _exports.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (export.State != ExportState.Dead) continue;
            if (repair) await _exports.StopAsync(export.Order.Name, cancellationToken).ConfigureAwait(false);
            found.Add(DomainExamination.OfDomain(
                "left-over-export", null, $"the process of export '{export.Order.Name}' was killed", "stop-export",
                repair));
        }

        return found;
    }
}

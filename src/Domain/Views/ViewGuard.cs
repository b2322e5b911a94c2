using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Views;

/// <summary>
/// Keeps the images of a domain as they are while a view is open: QEMU refuses most of what would change them, half-way
/// and with a text that does not tell why.
/// </summary>
internal static class ViewGuard
{
    /// <exception cref="BackupException">Busy: a view is open.</exception>
    internal static async Task RefuseWhenOpenAsync(
        LibvirtDomain domain, string stateDirectory, TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var view in new ViewRegistry(stateDirectory).List().Where(view => view.DomainUuid == domain.Uuid))
        {
            var facts = await ViewSurvey.LookAsync(domain.Connection, view, time, cancellationToken)
                .ConfigureAwait(false);
            if (facts?.Any(disk => !disk.IsNothing) is true)
                throw new BackupException(
                    FailureKind.Busy,
                    $"view '{view.Name}' of domain '{domain.Name}' is open, and the images must stay as they are until "
                    + $"it is closed ('lvbackup snapshot-close {view.Name}')");
        }
    }
}

using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Bitmaps;

/// <summary>A disk whose bitmaps are to be changed, as an inventory has just shown it.</summary>
internal sealed class OpenDisk : IDisposable
{
    private OpenDisk(LibvirtDomain domain, DiskBitmaps disk, bool isRunning) =>
        (Domain, Disk, IsRunning) = (domain, disk, isRunning);

    internal LibvirtDomain Domain { get; }

    internal DiskBitmaps Disk { get; }

    internal bool IsRunning { get; }

    /// <summary>The disk in messages.</summary>
    internal string Where => $"disk '{Disk.Name}' of domain '{Domain.Name}'";

    /// <summary>The image that the guest writes; only its bitmaps are changed.</summary>
    internal BitmapLayer Top => Disk.Layers[0];

    /// <exception cref="BackupException">There is no such domain or disk, or it cannot be looked into.</exception>
    internal static async Task<OpenDisk> OpenAsync(
        LibvirtConnection connection, string domain, string disk, CancellationToken cancellationToken)
    {
        var machine = await DomainFinder.FindAsync(connection, domain, cancellationToken).ConfigureAwait(false);
        try
        {
            var inventory = await BitmapReader.ReadAsync(machine, cancellationToken).ConfigureAwait(false);
            var found = inventory.FindDisk(disk) ?? throw new BackupException(
                FailureKind.Failed,
                $"domain '{machine.Name}' has no disk '{disk}'; it has "
                + string.Join(", ", inventory.Disks.Select(one => one.Name)));
            return found.Unknown is null
                ? new OpenDisk(machine, found, inventory.IsRunning)
                : throw new BackupException(
                    FailureKind.NotSupported,
                    $"nothing is known of the bitmaps of disk '{disk}' of domain '{machine.Name}': {found.Unknown}");
        }
        catch
        {
            machine.Dispose();
            throw;
        }
    }

    /// <summary>Carries out actions, in QEMU or on the images.</summary>
    /// <exception cref="BackupException">They were refused; the message begins with what failed.</exception>
    internal async Task ApplyAsync(
        string failed, IReadOnlyList<BitmapAction> actions, CancellationToken cancellationToken)
    {
        IBitmapEditor editor = IsRunning ? new RunningEditor(QmpClient.For(Domain)) : new StoredEditor(Disk);
        try
        {
            await editor.ApplyAsync(actions, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpException e)
        {
            throw new BackupException(FailureKind.Failed, $"{failed}: QEMU says: {e.Description}", e);
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, failed);
        }
        catch (BackupException e)
        {
            throw new BackupException(e.Kind, $"{failed}: {e.Message}", e);
        }
    }

    internal BitmapReport Report(IReadOnlyList<string> bitmaps) => new()
    {
        Domain = Domain.Name,
        Disk = Disk.Name,
        File = Top.File,
        Bitmaps = bitmaps,
    };

    public void Dispose() => Domain.Dispose();
}

using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores.Targets;
using LibvirtBackup.Restores.Targets.Qcow2;
using LibvirtBackup.State;

namespace LibvirtBackup.Restores;

/// <summary>
/// Writes the disks of one restore, two at a time, and gives new files their names when all are complete. Knows what a
/// failure leaves behind.
/// </summary>
internal sealed class DiskSetWriter(
    Repository repository,
    IReadOnlyList<DiskDestination> disks,
    Func<DiskDestination, string, CancellationToken, Task>? whenComplete,
    IProgress<RestoreProgress>? progress)
{
    private const int DisksAtOnce = 2;

    private static readonly byte[] s_incomplete =
        [.. "A restore has begun to write this disk and has not finished: run it again.\n"u8];

    private readonly Lock _gate = new();
    private readonly List<string> _begun = [];
    private readonly List<string> _partial = [];

    internal async Task<IReadOnlyList<RestoredDisk>> WriteAsync(CancellationToken cancellationToken)
    {
        var restored = new RestoredDisk[disks.Count];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = DisksAtOnce,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(
            0,
            disks.Count,
            options,
            async (i, token) => restored[i] = await WriteAsync(disks[i], token).ConfigureAwait(false))
            .ConfigureAwait(false);
        return restored;
    }

    /// <summary>Gives every disk its name; from here on they are restored.</summary>
    internal void Publish()
    {
        foreach (var disk in disks)
            if (disk.Kind == DestinationKind.NewFile) File.Move(disk.PartialPath, disk.Path, overwrite: true);
            else DurableFile.Delete(disk.IncompletePath);
        foreach (var directory in disks.Select(disk => Path.GetDirectoryName(disk.Path)!).Distinct())
            PosixFile.FlushDirectory(directory);
    }

    /// <summary>Removes what is not complete and can be removed.</summary>
    /// <returns>What is left and what to do about it, or null.</returns>
    internal string? GiveUp()
    {
        foreach (var path in _partial) File.Delete(path);
        return _begun.Count == 0
            ? null
            : $"{string.Join(" and ", _begun.Select(path => $"'{path}'"))} is INCOMPLETE, part old and part restored: "
                + "run the same restore again to complete it";
    }

    private async Task<RestoredDisk> WriteAsync(DiskDestination disk, CancellationToken cancellationToken)
    {
        var written = await WriteBytesAsync(disk, cancellationToken).ConfigureAwait(false);
        if (whenComplete is not null)
        {
            var path = disk.Kind == DestinationKind.NewFile ? disk.PartialPath : disk.Path;
            await whenComplete(disk, path, cancellationToken).ConfigureAwait(false);
        }

        return new RestoredDisk(disk.Disk.Name, disk.Path, disk.Format, written, Verified: true);
    }

    private async Task<long> WriteBytesAsync(DiskDestination disk, CancellationToken cancellationToken)
    {
        var target = await OpenAsync(disk, cancellationToken).ConfigureAwait(false);
        await using var closing = target.ConfigureAwait(false);
        if (disk.Kind != DestinationKind.NewFile) NoteBegun(disk);
        var size = disk.Disk.VirtualSizeBytes;
        var writer = new DiskWriter(
            repository.Reader,
            repository.OpenMap(disk.Disk),
            target,
            done => progress?.Report(new RestoreProgress(disk.Disk.Name, done, size)));
        var written = await writer.WriteAsync(cancellationToken).ConfigureAwait(false);
        await target.FinishAsync(cancellationToken).ConfigureAwait(false);
        return written;
    }

    private async Task<IDiskTarget> OpenAsync(DiskDestination disk, CancellationToken cancellationToken)
    {
        var size = disk.Disk.VirtualSizeBytes;
        switch (disk.Kind)
        {
            case DestinationKind.NewFile:
                DurableFile.CreateDirectory(Path.GetDirectoryName(disk.Path)!);
                RemoveStale(disk.PartialPath);
                lock (_gate) _partial.Add(disk.PartialPath);
                return disk.Format == DiskFormat.Raw
                    ? RawFileTarget.Create(disk.PartialPath, size)
                    : Qcow2Target.Create(disk.PartialPath, size, disk.Qcow2);
            case DestinationKind.ExistingFile:
                var format = disk.Format == DiskFormat.Qcow2 ? "qcow2" : "raw";
                return new DifferenceTarget(
                    await ExistingImageTarget.OpenAsync(disk.Path, format, cancellationToken).ConfigureAwait(false));
            case DestinationKind.UsedDevice:
                return new DifferenceTarget(new DeviceTarget(DirectFile.OpenDevice(disk.Path)));
            case DestinationKind.EmptyDevice:
                return new DeviceTarget(DirectFile.OpenDevice(disk.Path));
            default:
                throw new InvalidOperationException($"unknown kind of destination {disk.Kind}");
        }
    }

    /// <summary>Removes what a restore left that was killed; one that lives holds a lock on its file.</summary>
    private static void RemoveStale(string path)
    {
        if (!File.Exists(path)) return;
        try
        {
            using var unused = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            File.Delete(path);
        }
        catch (IOException e)
        {
            throw new BackupException(
                FailureKind.Busy,
                $"another restore writes '{path}'; wait for it, or restore to another directory",
                e);
        }
    }

    /// <summary>From here on a file that was there is neither what it was nor what it shall be.</summary>
    private void NoteBegun(DiskDestination disk)
    {
        if (disk.Kind == DestinationKind.ExistingFile)
            DurableFile.Write(
                disk.IncompletePath,
                s_incomplete);
        lock (_gate) _begun.Add(disk.Path);
    }
}

using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores.Targets;
using LibvirtBackup.Restores.Targets.Qcow2;

namespace LibvirtBackup.Restores;

/// <summary>
/// Writes the disks of one restore, two at a time, and gives new files their names when all are complete. Knows what a
/// failure leaves behind.
/// </summary>
/// <param name="repository">Where the point is.</param>
/// <param name="point">The point.</param>
/// <param name="disks">Where its disks go.</param>
/// <param name="whenComplete">Prepares a complete disk further, or null.</param>
/// <param name="after">Called after each durable step, with the disk; or null.</param>
/// <param name="progress">Receives steps, or null.</param>
internal sealed class DiskSetWriter(
    Repository repository,
    RestorePoint point,
    IReadOnlyList<DiskDestination> disks,
    Func<DiskDestination, string, CancellationToken, Task>? whenComplete,
    Action<RestoreStep, string>? after,
    IProgress<RestoreProgress>? progress) : IDisposable
{
    private const int DisksAtOnce = 2;

    private readonly Lock _gate = new();
    private readonly HashSet<DiskDestination> _begun = []; // and neither complete nor removable
    private readonly HashSet<DiskDestination> _complete = []; // under their own names
    private readonly HashSet<DiskDestination> _partial = [];
    private readonly HashSet<DiskDestination> _marked = [];
    private DestinationLocks? _locks;

    internal async Task<IReadOnlyList<RestoredDisk>> WriteAsync(CancellationToken cancellationToken)
    {
        _locks = DestinationLocks.Take(disks);
        foreach (var disk in disks.Where(disk => !disk.IsDevice)) After(RestoreStep.LockTaken, disk);
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

    /// <summary>
    /// Gives every new disk its name. A kill between two names leaves marks, by which nobody takes the set for whole,
    /// and the same restore knows its own.
    /// </summary>
    internal void Publish()
    {
        var made = disks.Where(disk => disk.Kind == DestinationKind.NewFile).ToList();
        var marks = UnfinishedMark.ReadAll(made.Select(disk => disk.Path));
        foreach (var disk in made.Where(disk => disk.IsUnfinished))
            if (UnfinishedMark.IsNamed(marks, point.Id, disk.Path)) File.Delete(disk.Path);
        foreach (var disk in made)
        {
            lock (_gate) _marked.Add(disk);
            UnfinishedMark.WriteNew(point.Id, disk, made);
            After(RestoreStep.MarkWritten, disk);
        }

        foreach (var disk in made)
        {
            Name(disk);
            lock (_gate)
            {
                _partial.Remove(disk);
                _complete.Add(disk);
            }

            After(RestoreStep.DiskNamed, disk);
        }

        foreach (var directory in made.Select(disk => Path.GetDirectoryName(disk.Path)!).Distinct())
            PosixFile.FlushDirectory(directory);
        foreach (var disk in made) After(RestoreStep.NamesFlushed, disk);
    }

    /// <summary>Nothing more is to be done: the disks are restored.</summary>
    /// <param name="warnings">Receives what cannot be tidied up.</param>
    internal void Finish(List<string> warnings)
    {
        foreach (var disk in _marked)
        {
            try
            {
                UnfinishedMark.Remove(disk);
                After(RestoreStep.MarkRemoved, disk);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                warnings.Add(
                    $"disk '{disk.Disk.Name}' is complete, but '{disk.IncompletePath}' says otherwise and cannot be "
                    + $"removed: {e.Message}; remove it");
            }
        }
    }

    /// <summary>Removes what is not complete and can be removed.</summary>
    /// <returns>What is left and what to do about it, or null.</returns>
    internal string? GiveUp()
    {
        string[] left =
        [
            .. Describe(_complete, "restored already"),
            .. Describe(_begun, "INCOMPLETE, part old and part restored"),
            .. Describe([.. _partial.Where(disk => !TryRemove(disk))], "not restored, and its '.partial' stays"),
        ];
        return left.Length == 0
            ? null
            : $"{string.Join(", and ", left)}: run the same restore again to complete it";
    }

    /// <summary>Lets other restores write to the same places.</summary>
    public void Dispose() => _locks?.Dispose();

    private static string[] Describe(HashSet<DiskDestination> disks, string state)
    {
        var names = string.Join(" and ", disks.Select(disk => $"'{disk.Path}'"));
        return disks.Count == 0 ? [] : [$"{names} {(disks.Count == 1 ? "is" : "are")} {state}"];
    }

    private bool TryRemove(DiskDestination disk)
    {
        try
        {
            File.Delete(disk.PartialPath);
            if (_marked.Contains(disk)) UnfinishedMark.Remove(disk);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // what made the restore fail is told first
        }
    }

    private static void Name(DiskDestination disk)
    {
        if (disk.Replaces)
            File.Move(disk.PartialPath, disk.Path, overwrite: true);
        else if (!PosixFile.TryRenameToNew(disk.PartialPath, disk.Path))
            throw new BackupException(
                FailureKind.Failed,
                $"'{disk.Path}' has appeared since the restore began, and is left as it is; move it away or restore to "
                + "another directory");
    }

    private async Task<RestoredDisk> WriteAsync(DiskDestination disk, CancellationToken cancellationToken)
    {
        var written = await WriteBytesAsync(disk, cancellationToken).ConfigureAwait(false);
        var isNew = disk.Kind == DestinationKind.NewFile;
        if (whenComplete is not null)
            await whenComplete(disk, isNew ? disk.PartialPath : disk.Path, cancellationToken).ConfigureAwait(false);
        lock (_gate)
            if (_begun.Remove(disk)) _complete.Add(disk);
        After(RestoreStep.DiskFlushed, disk);
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
        switch (disk.Kind)
        {
            case DestinationKind.NewFile:
                return OpenNew(disk);
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

    private IDiskTarget OpenNew(DiskDestination disk)
    {
        File.Delete(disk.PartialPath); // of a restore that was killed: the place is locked
        lock (_gate) _partial.Add(disk);
        IDiskTarget target = disk.Format == DiskFormat.Raw
            ? RawFileTarget.Create(disk.PartialPath, disk.Disk.VirtualSizeBytes)
            : Qcow2Target.Create(disk.PartialPath, disk.Disk.VirtualSizeBytes, disk.Qcow2);
        After(RestoreStep.PartialCreated, disk);
        return target;
    }

    /// <summary>From here on a file that was there is neither what it was nor what it shall be.</summary>
    private void NoteBegun(DiskDestination disk)
    {
        if (disk.Kind == DestinationKind.ExistingFile)
        {
            lock (_gate) _marked.Add(disk);
            UnfinishedMark.WriteInPlace(point.Id, disk);
            After(RestoreStep.MarkWritten, disk);
        }

        lock (_gate) _begun.Add(disk);
    }

    private void After(RestoreStep step, DiskDestination disk) => after?.Invoke(step, disk.Disk.Name);
}

using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Pushes;

/// <summary>
/// The images before QEMU writes them. They are made here, and libvirt is told to use what is there: what libvirt
/// itself makes for an incremental has the live disk behind it.
/// </summary>
internal static class PushTargets
{
    /// <summary>What a file system keeps free besides.</summary>
    private const long MarginBytes = 16 * Units.MiB;

    /// <summary>Makes the images, and takes the space that they will need.</summary>
    /// <exception cref="BackupException">There is no room, or one cannot be made.</exception>
    internal static async Task CreateAsync(
        IReadOnlyList<PushTarget> targets, QemuOwner? owner, CancellationToken cancellationToken)
    {
        foreach (var target in targets.Where(target => target is { IsDevice: true, Format: "qcow2" }))
            await QemuImage.CreateEmptyAsync(target.Path, target.VirtualSizeBytes, cancellationToken)
                .ConfigureAwait(false);
        foreach (var target in targets.Where(target => !target.IsDevice))
        {
            if (target.CopyOf is { } origin)
                await QemuImage.CopyRawAsync(origin, target.Path, cancellationToken).ConfigureAwait(false);
            else if (target.Format == "raw")
                await QemuImage.CreateRawAsync(
                    target.Path, target.VirtualSizeBytes, isAllocated: false, cancellationToken).ConfigureAwait(false);
            else if (target.BackingFile is { } backing)
                await QemuImage.CreateOverlayAsync(
                    target.Path, target.VirtualSizeBytes, backing, target.BackingFormat!, cancellationToken)
                    .ConfigureAwait(false); // a backing file has a format
            else
                await QemuImage.CreateEmptyAsync(target.Path, target.VirtualSizeBytes, cancellationToken)
                    .ConfigureAwait(false);
            if (owner is not null) QemuShare.GiveFile(target.Path, owner);
            Reserve(target);
        }

        var directory = targets.FirstOrDefault(target => !target.IsDevice)?.Path is { } path
            ? Path.GetDirectoryName(path)!
            : null;
        // A qcow2 image grows at its end, where its space is taken by now; a raw one anywhere.
        var raw = targets.Where(target => target is { IsDevice: false, Format: "raw" })
            .Sum(target => target.ExpectedBytes);
        if (raw > 0 && directory is not null && ScratchWatch.Measure(directory) is { } space
            && space.Free < raw + MarginBytes)
            throw NoRoom(directory, raw);
    }

    /// <summary>Refuses devices of a size that does not do.</summary>
    /// <exception cref="BackupException">One is too small, or not just as large.</exception>
    internal static void RequireSizes(IReadOnlyList<PushTarget> targets)
    {
        foreach (var target in targets.Where(target => target.IsDevice))
        {
            var size = PosixFile.GetBlockDeviceSize(target.Path);
            if (target.Format == "raw" ? size == target.VirtualSizeBytes : size >= target.ExpectedBytes) continue;
            throw new BackupException(
                FailureKind.Failed,
                $"device '{target.Path}' has {size} bytes, and disk '{target.Name}' needs "
                + (target.Format == "raw" ? $"exactly {target.VirtualSizeBytes}" : $"up to {target.ExpectedBytes}")
                + "; nothing was begun");
        }
    }

    /// <summary>The most that a qcow2 image with so much data needs, with its tables.</summary>
    internal static long Qcow2Bytes(long dataBytes, long virtualSizeBytes) =>
        Units.MiB + dataBytes + (dataBytes / 2048) + (virtualSizeBytes / 4096);

    private static void Reserve(PushTarget target)
    {
        if (target.Format == "raw") return;
        try
        {
            using var file = File.OpenHandle(target.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            PosixFile.TryReserve(file, 0, target.ExpectedBytes);
        }
        catch (PosixException e) when (e.Errno == Errno.NoSpace)
        {
            throw NoRoom(Path.GetDirectoryName(target.Path)!, target.ExpectedBytes, e);
        }
    }

    private static BackupException NoRoom(string directory, long bytes, Exception? cause = null) => new(
        FailureKind.Failed,
        $"'{Path.GetDirectoryName(directory)}' has no room for {SizeText.Format(bytes)} of images, and QEMU would fail "
        + "the guest's writes where it cannot write the backup; nothing was begun; free some space there, or give "
        + "another --to directory",
        cause);
}

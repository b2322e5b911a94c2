using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores.Targets.Qcow2;

namespace LibvirtBackup.Restores;

/// <summary>Decides where each disk goes, and refuses what cannot be done before anything is touched.</summary>
internal static class RestorePlanner
{
    /// <exception cref="BackupException">Why the restore is not possible; nothing was touched.</exception>
    internal static async Task<IReadOnlyList<DiskDestination>> PlanAsync(
        RestorePoint point, RestoreRequest request, CancellationToken cancellationToken)
    {
        var disks = SelectDisks(point, request);
        if (request.Targets.Keys.FirstOrDefault(name => disks.All(disk => disk.Name != name)) is { } stray)
            throw new BackupException(
                FailureKind.Usage, $"a target is given for disk '{stray}', which is not among those to restore");
        var marks = UnfinishedMark.ReadAll(disks.Select(disk => PathOf(disk, request)));
        var plan = new List<DiskDestination>();
        foreach (var disk in disks)
            plan.Add(await PlanDiskAsync(
                disk, request, path => UnfinishedMark.IsNamed(marks, point.Id, path), cancellationToken)
                .ConfigureAwait(false));
        if (plan.GroupBy(disk => disk.Path, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new BackupException(
                FailureKind.Usage, $"two disks would go to '{twice.Key}'; give each its own target");
        return plan;
    }

    private static IReadOnlyList<RestorePointDisk> SelectDisks(RestorePoint point, RestoreRequest request)
    {
        if (request.Disks.Count == 0) return point.Disks;
        if (request.Disks.FirstOrDefault(name => point.Disks.All(disk => disk.Name != name)) is { } missing)
            throw new BackupException(
                FailureKind.Failed,
                $"point '{point.Id}' has no disk '{missing}'; it has "
                + $"{string.Join(", ", point.Disks.Select(disk => disk.Name))}");
        return [.. point.Disks.Where(disk => request.Disks.Contains(disk.Name, StringComparer.Ordinal))];
    }

    private static async Task<DiskDestination> PlanDiskAsync(
        RestorePointDisk disk, RestoreRequest request, Func<string, bool> isOwn, CancellationToken cancellationToken)
    {
        var path = PathOf(disk, request);
        var destination = new DiskDestination
        {
            Disk = disk,
            Path = path,
            Format = request.Format,
            Kind = DestinationKind.NewFile,
            Qcow2 = OptionsOf(disk),
        };
        if (DeviceSize(path) is { } size)
        {
            var device = PlanDevice(destination, size, request);
            await RefuseWhenInUseAsync(path, cancellationToken).ConfigureAwait(false);
            return device;
        }

        if (Directory.Exists(path))
            throw new BackupException(
                FailureKind.Usage,
                $"'{path}', the target of disk '{disk.Name}', is a directory; name a file or device");
        if (request.Format == DiskFormat.Qcow2) RefuseTooLarge(destination);
        if (!File.Exists(path)) return destination;
        var isUnfinished = !request.Overwrite && isOwn(path);
        if (!request.Overwrite && !isUnfinished)
            throw new BackupException(
                FailureKind.Failed,
                $"'{path}' exists; give another directory (--to), remove it, or write over it by "
                    + "'restore --overwrite'");
        await RefuseWhenInUseAsync(path, cancellationToken).ConfigureAwait(false);
        if (isUnfinished) return destination with { IsUnfinished = true };
        return await IsSameKindAsync(destination, cancellationToken).ConfigureAwait(false)
            ? destination with { Kind = DestinationKind.ExistingFile }
            : destination with { Replaces = true };
    }

    private static string PathOf(RestorePointDisk disk, RestoreRequest request)
    {
        if (request.Targets.TryGetValue(disk.Name, out var target)) return Path.GetFullPath(target);
        if (request.Directory is null)
            throw new BackupException(
                FailureKind.Usage,
                $"disk '{disk.Name}' has no place to go; give --to DIR or --target {disk.Name}=PATH, or choose "
                + "disks with --disk");
        var extension = request.Format switch
        {
            DiskFormat.Qcow2 => "qcow2",
            DiskFormat.Raw => "raw",
            _ => throw new BackupException(FailureKind.Usage, $"unknown disk format {request.Format}"),
        };
        return Path.Combine(Path.GetFullPath(request.Directory), $"{disk.Name}.{extension}");
    }

    /// <summary>The stored image's own properties, or the defaults for what was not qcow2 or makes no sense.</summary>
    private static Qcow2Options OptionsOf(RestorePointDisk disk)
    {
        var defaults = new Qcow2Options();
        if (disk is not { Format: "qcow2", Image: { } image }) return defaults;
        var options = new Qcow2Options
        {
            ClusterSizeBytes = image.ClusterSizeBytes ?? defaults.ClusterSizeBytes,
            Version = image.Compat == "0.10" ? 2 : 3,
            ExtendedL2 = image.ExtendedL2,
            LazyRefcounts = image.LazyRefcounts,
            RefcountBits = image.RefcountBits ?? defaults.RefcountBits,
        };
        return options.FindMistake() is null ? options : defaults;
    }

    private static void RefuseTooLarge(DiskDestination destination)
    {
        var (disk, options) = (destination.Disk, destination.Qcow2);
        if (disk.VirtualSizeBytes > options.LargestDiskBytes)
            throw new BackupException(
                FailureKind.NotSupported,
                $"disk '{disk.Name}' has {disk.VirtualSizeBytes} bytes, a qcow2 image with clusters of "
                + $"{options.ClusterSizeBytes} bytes holds {options.LargestDiskBytes}; use --format raw");
    }

    private static long? DeviceSize(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return PosixFile.GetBlockDeviceSize(path);
        }
        catch (PosixException e)
        {
            throw new BackupException(FailureKind.Failed, $"cannot open '{path}': {e.Message}", e);
        }
    }

    private static DiskDestination PlanDevice(DiskDestination destination, long sizeBytes, RestoreRequest request)
    {
        var (disk, path) = (destination.Disk, destination.Path);
        if (sizeBytes < disk.VirtualSizeBytes)
            throw new BackupException(
                FailureKind.Failed,
                $"device '{path}' has {sizeBytes} bytes, disk '{disk.Name}' needs {disk.VirtualSizeBytes}; use "
                + "a larger device");
        bool isEmpty;
        try
        {
            using var device = PosixFile.OpenDevice(path);
            var beginning = new byte[Math.Min(Units.MiB, sizeBytes)];
            var count = RandomAccess.Read(device, beginning, 0);
            isEmpty = !beginning.AsSpan(0, count).ContainsAnyExcept((byte)0);
        }
        catch (PosixException e) when (e.Errno == Errno.Busy)
        {
            throw new BackupException(
                FailureKind.Busy,
                $"device '{path}' is in use (mounted, or part of another device): free it, or use another "
                + $"('lsblk {path}')",
                e);
        }
        catch (IOException e)
        {
            throw new BackupException(FailureKind.Failed, $"cannot open device '{path}': {e.Message}", e);
        }

        if (!isEmpty && !request.Overwrite)
            throw new BackupException(
                FailureKind.Failed,
                $"device '{path}' is not empty; use another, or --overwrite to replace what it holds");
        var kind = isEmpty ? DestinationKind.EmptyDevice : DestinationKind.UsedDevice;
        return destination with { Kind = kind, Format = DiskFormat.Raw };
    }

    /// <summary>
    /// A guest may have it open: then even replacing it would be wrong, because the guest would go on with the old one.
    /// </summary>
    private static async Task RefuseWhenInUseAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (await QemuImage.IsInUseAsync(path, cancellationToken).ConfigureAwait(false))
                throw new BackupException(
                    FailureKind.Busy,
                    $"cannot write over '{path}': another program has it open, a guest most likely; shut off the "
                    + "domain that uses it, or restore to another place");
        }
        catch (BackupException e) when (e.Kind != FailureKind.Busy)
        {
            throw new BackupException(e.Kind, $"cannot write over '{path}': {e.Message}", e);
        }
    }

    /// <summary>Whether a file can be made right by writing what differs.</summary>
    private static async Task<bool> IsSameKindAsync(DiskDestination destination, CancellationToken cancellationToken)
    {
        var size = destination.Disk.VirtualSizeBytes;
        if (destination.Format == DiskFormat.Raw) return new FileInfo(destination.Path).Length == size;
        try
        {
            var image = await QemuImage.InspectAsync(destination.Path, "qcow2", cancellationToken)
                .ConfigureAwait(false);
            return image is { HasSnapshots: false, IsEncrypted: false }
                && image.Properties is { BackingFile: null, DataFile: null }
                && image.VirtualSizeBytes == size;
        }
        catch (BackupException)
        {
            return false; // no qcow2: a new file replaces it
        }
    }
}

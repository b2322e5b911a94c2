using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Capturing;
using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Backups.Offline;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>
/// Reads disks as the plan says, and nothing more: whole, or what the exported bitmap reports over the parent's
/// content. The real copier also reads the allocation map and a sample, and would heal here what tracking gets wrong;
/// that is for other tests. Here tracking has to be right by itself.
/// </summary>
internal sealed class SimulatedSources(
    SimulatedDomain domain, SimulatedJobs jobs, SimulatedContents contents, Fate fate) : IPointSources
{
    /// <summary>The images that were read while the domain was off, or null.</summary>
    internal SimulatedShutOffDisks? ShutOff { get; private set; }

    public Task<CapturedDomain> CaptureAsync(
        BackupContext context, BlobWriter writer, DiskSelection selection, bool wasRunning,
        CancellationToken cancellationToken) => Task.FromResult(new CapturedDomain
        {
            DefinitionXml = "<domain/>",
            HasSecrets = false,
            WasRunning = wasRunning,
            Autostart = false,
            Host = new PointHost("simulated", "9.0.0", "7.2.0"),
            GuestInfo = new Dictionary<string, string>(),
            Attachments = [],
            Images = selection.Disks.ToDictionary(
                disk => disk.Name,
                _ => new DiskImageProperties { ClusterSizeBytes = SimulatedShutOffDisks.ChunkBytes }),
            Warnings = [],
        });

    public Task<IShutOffDisks> LookAsync(IReadOnlyList<SelectedDisk> disks, CancellationToken cancellationToken)
    {
        ShutOff = new SimulatedShutOffDisks(domain, disks.Select(disk => disk.Name));
        return Task.FromResult<IShutOffDisks>(ShutOff);
    }

    public CopyDisks CopyInto(BackupContext context, BlobWriter writer) => async (disks, export, _) =>
    {
        var copied = new List<(DiskPlan, DiskCopyResult)>();
        foreach (var disk in disks)
            copied.Add((disk, await fate.CallAsync(
                $"copying {disk.Disk.Name}",
                () => new BackupException(FailureKind.Failed, "simulated failure of a copy"),
                () => Task.FromResult(Copy(disk, export(disk))))));
        return copied;
    };

    private DiskCopyResult Copy(DiskPlan disk, DiskExport export)
    {
        var name = disk.Disk.Name;
        var socket = ((NbdEndpoint.UnixSocket)export.Endpoint).Path;
        var isShutOff = socket == SimulatedShutOffDisks.Socket;
        if (!isShutOff && socket != jobs.Socket)
            throw new BackupException(FailureKind.Failed, $"disk '{name}' cannot be read: the server went away");
        var frozen = isShutOff || !jobs.IsProtected ? domain.Images[name].Chunks : jobs.Frozen[name];
        var dirty = export.Bitmap is null ? null
            : isShutOff ? domain.Bitmap(name, export.Bitmap)
            : jobs.Dirty[name].Bitmap;
        var content = disk.Parent is null ? (int[])frozen.Clone() : Overlay(contents.Get(disk.Parent), frozen, dirty!);
        return new DiskCopyResult
        {
            SizeBytes = domain.SizeBytes,
            Root = contents.Add(content),
            Dirty = isShutOff && dirty is not null ? RangesOf(dirty) : null, // counted for bitmaps in images only
            ReadBytes = 0,
            StoredBytes = 0,
            UnreportedBytes = 0,
        };
    }

    private static int[] Overlay(int[] parent, int[] frozen, SimulatedBitmap dirty) =>
        [.. parent.Select((version, i) => dirty.Dirty.Contains(i) ? frozen[i] : version)];

    private static RangeSet RangesOf(SimulatedBitmap bitmap)
    {
        const int bytes = SimulatedShutOffDisks.ChunkBytes;
        var ranges = new RangeSet();
        foreach (var chunk in bitmap.Dirty.Order()) ranges.Append(new ByteRange((long)chunk * bytes, bytes));
        return ranges;
    }
}

using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>A domain as libvirt 9.0 to 12.8 behave, with one image per disk. It counts what touches it.</summary>
internal sealed class SimulatedDomain : ITrackedDomain
{
    /// <summary>Enough for tests that name chunks as they like.</summary>
    private const int ManyChunks = 1024;

    private readonly Dictionary<string, TrackedCheckpoint> _checkpoints = new(StringComparer.Ordinal);
    private int _clock;
    private int _version;
    private bool _isSaidToRun = true;

    internal SimulatedDomain(params string[] disks)
    {
        foreach (var disk in disks) Images[disk] = new SimulatedImage($"/images/{disk}", ManyChunks);
    }

    /// <summary>By disk.</summary>
    internal Dictionary<string, SimulatedImage> Images { get; } = new(StringComparer.Ordinal);

    internal bool IsRunning { get; set; } = true;

    /// <summary>Whether somebody else has the images of the domain, which is shut off.</summary>
    internal bool IsImageInUse { get; set; }

    internal long SizeBytes { get; set; } = Units.GiB;

    /// <summary>Calls that change something.</summary>
    internal int Changes { get; private set; }

    /// <summary>When a checkpoint is made; null for one a minute.</summary>
    internal Func<DateTimeOffset>? Now { get; set; }

    /// <summary>QEMU removes no bitmap; libvirt tells that like the lack of one.</summary>
    internal bool RefusesDeletion { get; set; }

    /// <summary>With what the names begin that may be touched.</summary>
    internal string Owned { get; set; } = "lvb.here.";

    /// <summary>Called before each call that changes something; throws to end the process there.</summary>
    internal Action<string>? BeforeChange { get; set; }

    /// <summary>Called before sizes are asked: what the guest writes meanwhile.</summary>
    internal Action<string>? BeforeSizes { get; set; }

    internal IEnumerable<string> Checkpoints => _checkpoints.Keys;

    internal IReadOnlyDictionary<string, SimulatedBitmap> Image(string disk) => Images[disk].Bitmaps;

    internal SimulatedBitmap Bitmap(string disk, string name) => Images[disk].Bitmaps[name];

    internal bool Knows(string name) => _checkpoints.ContainsKey(name);

    internal IEnumerable<string> DisksOf(string name) => _checkpoints[name].Disks.Keys;

    internal string DescriptionOf(string name) => _checkpoints[name].Description;

    internal void AddCheckpoint(string name, params string[] disks)
    {
        foreach (var disk in disks) Images[disk].Bitmaps.Add(name, new SimulatedBitmap());
        Describe(name, CheckpointNaming.Description, disks);
    }

    /// <summary>Writes libvirt's description alone.</summary>
    internal void Describe(string name, string description, IEnumerable<string> disks) =>
        _checkpoints[name] = new TrackedCheckpoint(
            name, Now?.Invoke() ?? DateTimeOffset.UnixEpoch.AddMinutes(_clock++), description,
            disks.ToDictionary(disk => disk, _ => (long?)null));

    internal void AddBitmap(string disk, string name, SimulatedBitmap? bitmap = null) =>
        Images[disk].Bitmaps.Add(name, bitmap ?? new SimulatedBitmap());

    internal void RemoveBitmap(string disk, string name) => Images[disk].Bitmaps.Remove(name);

    /// <summary>What undefine with metadata, rename, or migration leave.</summary>
    internal void LoseMetadata() => _checkpoints.Clear();

    /// <summary>What 'virsh checkpoint-delete --metadata' leaves.</summary>
    internal void LoseMetadata(string name) => _checkpoints.Remove(name);

    internal void Write(string disk, params int[] chunks)
    {
        foreach (var chunk in chunks) Images[disk].Write(chunk, ++_version);
    }

    internal void Start() => IsRunning = true;

    internal void ShutDown()
    {
        if (!IsRunning) return;
        foreach (var image in Images.Values) image.Close();
        IsRunning = false;
    }

    internal void Kill()
    {
        if (!IsRunning) return;
        foreach (var image in Images.Values) image.Kill();
        IsRunning = false;
    }

    public Task<bool> IsRunningAsync(CancellationToken cancellationToken) => Task.FromResult(_isSaidToRun = IsRunning);

    public Task<IReadOnlyList<TrackedDisk>> ListDisksAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TrackedDisk>>([.. Images.Keys.Select(d => new TrackedDisk(d, SizeBytes))]);

    public Task<IReadOnlyList<string>> ListCheckpointsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. _checkpoints.Keys]);

    /// <summary>One after the other: that is harder than QEMU, which counts all at one moment.</summary>
    public Task<IReadOnlyList<TrackedCheckpoint>> ReadCheckpointsAsync(
        IReadOnlyList<string> names, bool withSizes, CancellationToken cancellationToken)
    {
        var known = names.Where(_checkpoints.ContainsKey).Select(name => _checkpoints[name]).ToList();
        return Task.FromResult<IReadOnlyList<TrackedCheckpoint>>(
            withSizes ? [.. known.Select(ReadSizes)] : known);
    }

    public Task<bool> TryRedefineAsync(
        TrackedCheckpoint checkpoint, bool validate, CancellationToken cancellationToken)
    {
        if (validate) RequireRunning(VirErrorNumber.OperationInvalid, "domain is not running");
        Assert.NotEmpty(checkpoint.Disks);
        if (validate && checkpoint.Disks.Keys.Any(disk => SizeOf(disk, checkpoint.Name) is null))
            return Task.FromResult(false);
        Change(checkpoint.Name);
        _checkpoints[checkpoint.Name] = checkpoint;
        return Task.FromResult(true);
    }

    public Task<bool> TryDeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (!_checkpoints.TryGetValue(name, out var found)) return Task.FromResult(true);
        RequireRunning(VirErrorNumber.OperationUnsupported, "cannot delete checkpoint for inactive domain");
        if (RefusesDeletion) return Task.FromResult(false);
        var present = found.Disks.Keys.Where(Images.ContainsKey).ToList();
        if (present.Any(disk => !Images[disk].Bitmaps.ContainsKey(name))) return Task.FromResult(false);
        Change(name);
        foreach (var disk in present) Images[disk].Bitmaps.Remove(name);
        _checkpoints.Remove(name);
        return Task.FromResult(true);
    }

    public Task RemoveStoredAsync(string name, string disk, CancellationToken cancellationToken)
    {
        Assert.False(_isSaidToRun, "QEMU has the images of a running domain");
        // It may have been started since; then QEMU has them locked.
        if (IsRunning || IsImageInUse)
            throw new BackupException(FailureKind.Busy, "the image is open in another program");
        if (!Images.TryGetValue(disk, out var image) || !image.Bitmaps.ContainsKey(name)) return Task.CompletedTask;
        Change(name);
        image.Bitmaps.Remove(name);
        return Task.CompletedTask;
    }

    public Task ForgetAsync(string name, CancellationToken cancellationToken)
    {
        Change(name);
        _checkpoints.Remove(name);
        return Task.CompletedTask;
    }

    public Task<BitmapInventory> ReadBitmapsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new BitmapInventory
        {
            Domain = "web",
            IsRunning = IsRunning,
            Elsewhere = [],
            Disks = [.. Images.Select(image => new DiskBitmaps
            {
                Name = image.Key,
                Layers =
                [
                    new BitmapLayer
                    {
                        Node = "n", File = image.Key, Format = "qcow2", VirtualSizeBytes = SizeBytes,
                        Bitmaps = [.. image.Value.Bitmaps.Select(bitmap => Describe(bitmap.Key, bitmap.Value))],
                    },
                ],
            })],
        });

    /// <summary>What libvirt says of a bitmap: nothing of one that is missing or of no use.</summary>
    internal long? SizeOf(string disk, string name) =>
        Images.GetValueOrDefault(disk)?.Bitmaps.GetValueOrDefault(name) is { IsValid: true } bitmap
            ? bitmap.DirtyBytes
            : null;

    internal void RequireRunning(VirErrorNumber code, string why)
    {
        if (!IsRunning) throw new LibvirtException("simulated", code, VirErrorDomain.Qemu, why);
    }

    private TrackedCheckpoint ReadSizes(TrackedCheckpoint found)
    {
        RequireRunning(VirErrorNumber.OperationInvalid, "domain is not running");
        BeforeSizes?.Invoke(found.Name);
        return found with { Disks = found.Disks.Keys.ToDictionary(disk => disk, disk => SizeOf(disk, found.Name)) };
    }

    private static BitmapInfo Describe(string name, SimulatedBitmap bitmap) => new()
    {
        Name = name,
        GranularityBytes = bitmap.GranularityBytes,
        DirtyBytes = bitmap.DirtyBytes,
        Recording = bitmap.Recording,
        Persistent = bitmap.Persistent,
        Busy = false,
        Inconsistent = bitmap.Inconsistent,
    };

    private void Change(string name)
    {
        BeforeChange?.Invoke(name);
        Assert.StartsWith(Owned, name, StringComparison.Ordinal);
        Changes++;
    }
}

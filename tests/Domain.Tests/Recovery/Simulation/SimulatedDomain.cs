using Xunit;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Recovery;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>A domain as libvirt 9.0 to 12.8 behave, with one image per disk. It counts what touches it.</summary>
internal sealed class SimulatedDomain : ITrackedDomain
{
    private readonly Dictionary<string, Dictionary<string, SimulatedBitmap>> _images = [];
    private readonly Dictionary<string, TrackedCheckpoint> _checkpoints = [];
    private int _clock;

    internal SimulatedDomain(params string[] disks)
    {
        foreach (var disk in disks) _images[disk] = [];
    }

    internal bool IsRunning { get; set; } = true;

    internal long SizeBytes { get; set; } = Units.GiB;

    /// <summary>Calls that change something.</summary>
    internal int Changes { get; private set; }

    /// <summary>Called before each call that changes something; throws to end the process there.</summary>
    internal Action<string>? BeforeChange { get; set; }

    /// <summary>Called before sizes are asked: what the guest writes meanwhile.</summary>
    internal Action<string>? BeforeSizes { get; set; }

    internal IReadOnlyDictionary<string, SimulatedBitmap> Image(string disk) => _images[disk];

    internal SimulatedBitmap Bitmap(string disk, string name) => _images[disk][name];

    internal bool Knows(string name) => _checkpoints.ContainsKey(name);

    internal IEnumerable<string> DisksOf(string name) => _checkpoints[name].Disks.Keys;

    internal void AddCheckpoint(string name, params string[] disks)
    {
        foreach (var disk in disks) _images[disk].Add(name, new SimulatedBitmap());
        _checkpoints.Add(name, Describe(name, disks));
    }

    internal void AddBitmap(string disk, string name, SimulatedBitmap? bitmap = null) =>
        _images[disk].Add(name, bitmap ?? new SimulatedBitmap());

    internal void RemoveBitmap(string disk, string name) => _images[disk].Remove(name);

    /// <summary>What undefine with metadata, rename, or migration leave.</summary>
    internal void LoseMetadata() => _checkpoints.Clear();

    internal void Write(string disk, params int[] chunks)
    {
        foreach (var bitmap in _images[disk].Values.Where(bitmap => bitmap.Recording)) bitmap.Dirty.UnionWith(chunks);
    }

    public Task<bool> IsRunningAsync(CancellationToken cancellationToken) => Task.FromResult(IsRunning);

    public Task<IReadOnlyList<TrackedDisk>> ListDisksAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TrackedDisk>>([.. _images.Keys.Select(d => new TrackedDisk(d, SizeBytes))]);

    public Task<IReadOnlyList<string>> ListCheckpointsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. _checkpoints.Keys]);

    public Task<TrackedCheckpoint?> ReadCheckpointAsync(
        string name, bool withSizes, CancellationToken cancellationToken)
    {
        if (!_checkpoints.TryGetValue(name, out var found)) return Task.FromResult<TrackedCheckpoint?>(null);
        if (!withSizes) return Task.FromResult<TrackedCheckpoint?>(found);
        Assert.True(IsRunning, "libvirt refuses sizes of a domain that is shut off");
        BeforeSizes?.Invoke(name);
        var sizes = found.Disks.Keys.ToDictionary(disk => disk, disk => SizeOf(disk, name));
        return Task.FromResult<TrackedCheckpoint?>(found with { Disks = sizes });
    }

    public Task<bool> TryRedefineAsync(
        TrackedCheckpoint checkpoint, bool validate, CancellationToken cancellationToken)
    {
        Assert.True(IsRunning || !validate, "libvirt validates only while the domain runs");
        Assert.NotEmpty(checkpoint.Disks);
        if (validate && checkpoint.Disks.Keys.Any(disk => SizeOf(disk, checkpoint.Name) is null))
            return Task.FromResult(false);
        Change(checkpoint.Name);
        _checkpoints[checkpoint.Name] = checkpoint;
        return Task.FromResult(true);
    }

    public Task<bool> TryDeleteAsync(string name, CancellationToken cancellationToken)
    {
        Assert.True(IsRunning, "libvirt deletes no checkpoint of a domain that is shut off");
        if (!_checkpoints.TryGetValue(name, out var found)) return Task.FromResult(true);
        var present = found.Disks.Keys.Where(_images.ContainsKey).ToList();
        if (present.Any(disk => !_images[disk].ContainsKey(name))) return Task.FromResult(false);
        Change(name);
        foreach (var disk in present) _images[disk].Remove(name);
        _checkpoints.Remove(name);
        return Task.FromResult(true);
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
            Disks = [.. _images.Select(image => new DiskBitmaps
            {
                Name = image.Key,
                Layers =
                [
                    new BitmapLayer
                    {
                        Node = "n", File = image.Key, Format = "qcow2", VirtualSizeBytes = SizeBytes,
                        Bitmaps = [.. image.Value.Select(bitmap => Describe(bitmap.Key, bitmap.Value))],
                    },
                ],
            })],
        });

    private TrackedCheckpoint Describe(string name, IEnumerable<string> disks) => new(
        name, DateTimeOffset.UnixEpoch.AddMinutes(_clock++), CheckpointNaming.Description,
        disks.ToDictionary(disk => disk, _ => (long?)null));

    private static BitmapInfo Describe(string name, SimulatedBitmap bitmap) => new()
    {
        Name = name,
        GranularityBytes = bitmap.GranularityBytes,
        DirtyBytes = bitmap.Dirty.Count * bitmap.GranularityBytes,
        Recording = bitmap.Recording,
        Persistent = bitmap.Persistent,
        Busy = false,
        Inconsistent = bitmap.Inconsistent,
    };

    private long? SizeOf(string disk, string name) =>
        _images.GetValueOrDefault(disk)?.GetValueOrDefault(name) is { IsValid: true } bitmap
            ? bitmap.Dirty.Count * bitmap.GranularityBytes
            : null;

    private void Change(string name)
    {
        BeforeChange?.Invoke(name);
        Assert.StartsWith("lvb.here.", name, StringComparison.Ordinal);
        Changes++;
    }
}

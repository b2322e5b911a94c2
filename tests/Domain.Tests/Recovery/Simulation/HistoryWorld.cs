using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>All that a history changes: a domain, its images, two hosts' state directories, two repositories.</summary>
internal sealed class HistoryWorld : IDisposable
{
    internal const int ChunksPerDisk = 16;

    /// <summary>Repositories as they are made: to make one anew for each history would take most of the time.</summary>
    private static readonly Task<(SimulatedStore Store, string Id)>[] s_made = [MakeAsync(), MakeAsync()];

    private readonly string _root = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"lvb-history-{Guid.NewGuid():n}");

    private int _version;
    private int _images;

    internal HistoryWorld()
    {
        foreach (var disk in Disks) Domain.Images[disk] = new SimulatedImage(NewPath(disk), ChunksPerDisk);
        Domain.SizeBytes = (long)ChunksPerDisk * SimulatedShutOffDisks.ChunkBytes;
        Domain.Now = Clock.GetUtcNow;
        Jobs = new SimulatedJobs(Domain);
        Directory.CreateDirectory(_root);
    }

    internal static string[] Disks { get; } = ["vda", "vdb"];

    internal static string[] Tracks { get; } = ["default", "nightly"];

    internal SimulatedDomain Domain { get; } = new();

    internal SimulatedJobs Jobs { get; }

    internal SimulatedContents Contents { get; } = new();

    internal FakeClock Clock { get; } = new();

    /// <summary>Where points go.</summary>
    internal IReadOnlyList<(SimulatedStore Store, string Id)> Repositories { get; private set; } = [];

    /// <summary>Older copies, by repository.</summary>
    internal List<SimulatedStore>[] Copies { get; } = [[], []];

    /// <summary>Images that were the domain's once.</summary>
    internal List<(string Disk, SimulatedImage Image)> Shelf { get; } = [];

    internal Guid[] Identities { get; } = [Guid.NewGuid(), Guid.NewGuid()];

    internal int Identity { get; set; }

    internal Guid Uuid => Identities[Identity];

    internal int Host { get; set; }

    /// <summary>How often QEMU was killed.</summary>
    internal int Kills { get; private set; }

    internal StateDirectory State => new(Path.Combine(_root, $"host{Host}"));

    internal string StatePath => Path.Combine(_root, $"host{Host}");

    internal string JournalPath => Path.Combine(State.OpenDomain(Uuid), "journal");

    /// <summary>What happened, for people.</summary>
    internal List<string> Log { get; } = [];

    internal SightMemory Memory { get; } = new();

    /// <summary>False when the journal in use does not know of all runs before.</summary>
    internal bool HasMemory { get; private set; } = true;

    /// <summary>
    /// False once something was done that may make a bitmap of ours suspect, or needless, though it is well.
    /// </summary>
    internal bool IsPlain { get; set; } = true;

    internal bool HasJob => Jobs.Socket is not null || Jobs.IsPhantom || Jobs.Foreign is not null;

    internal static async Task<HistoryWorld> MakeNewAsync()
    {
        var made = await Task.WhenAll(s_made);
        return new HistoryWorld { Repositories = [.. made.Select(one => (one.Store.Copy(), one.Id))] };
    }

    internal string NewPath(string disk) => $"/dev/simulated/{disk}.{_images++}";

    internal Journal OpenJournal() => Journal.Open(State.OpenDomain(Uuid));

    internal void Write(string disk, int chunk)
    {
        if (Domain.IsRunning) Domain.Images[disk].Write(chunk % ChunksPerDisk, ++_version);
    }

    internal void WriteSome(int a, int b)
    {
        for (var i = 0; i <= a % 4; i++) Write(Disks[(b + (i / 3)) % Disks.Length], (a * 7) + (b * i));
    }

    /// <summary>QEMU is gone, in good order or not; with it all jobs.</summary>
    internal void Stop(bool isKilled)
    {
        if (isKilled) Kills++;
        if (isKilled) Domain.Kill();
        else Domain.ShutDown();
        Jobs.Abandon();
        Jobs.Foreign = null;
    }

    /// <summary>The journal is gone, or that of another host or domain is used.</summary>
    internal void ForgetJournal()
    {
        HasMemory = false;
        Memory.Clear();
    }

    /// <summary>Bitmaps of ours that exist, whoever knows of them.</summary>
    internal IReadOnlyList<(string Disk, string Name)> OurBitmaps() =>
    [
        .. Domain.Images.SelectMany(image => image.Value.Bitmaps.Keys
            .Where(name => CheckpointNaming.TryParse(name, out _)).Select(name => (image.Key, name))),
    ];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static async Task<(SimulatedStore, string)> MakeAsync()
    {
        var store = new SimulatedStore();
        using var made = await Repository.CreateAsync(
            store, new RepositoryOptions(), TimeProvider.System, CancellationToken.None);
        return (store, made.Id);
    }
}

using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>The backup jobs of a simulated domain, as libvirt runs them.</summary>
internal sealed class SimulatedJobs(SimulatedDomain domain) : IBackupJobs
{
    private bool _hasRun; // the guest, since the last start

    /// <summary>The socket of the running job, or null.</summary>
    internal string? Socket { get; private set; }

    /// <summary>What the disks held when the last job began.</summary>
    internal IReadOnlyDictionary<string, int[]> Frozen { get; private set; } = new Dictionary<string, int[]>();

    /// <summary>What each disk's export says that has changed; a disk that is read whole has none.</summary>
    internal Dictionary<string, (string Base, SimulatedBitmap Bitmap)> Dirty { get; } = [];

    /// <summary>Whether QEMU keeps what the guest overwrites; else its NBD server serves the live disk.</summary>
    internal bool IsProtected { get; private set; }

    /// <summary>Somebody else's job, in libvirt's words, or null.</summary>
    internal string? Foreign { get; set; }

    /// <summary>A backup job that libvirtd has forgotten all of but that there is one.</summary>
    internal bool IsPhantom { get; set; }

    /// <summary>Whether the domain's memory is saved; the next start uses it up.</summary>
    internal bool HasSavedMemory { get; set; }

    public Task<string?> FindAsync(CancellationToken cancellationToken) => Task.FromResult(
        !domain.IsRunning ? null : Socket is not null || IsPhantom ? "backup" : Foreign);

    public Task<string?> GetSocketAsync(CancellationToken cancellationToken) => Task.FromResult(Socket);

    public Task<QemuOwner?> GetOwnerAsync(CancellationToken cancellationToken) => Task.FromResult<QemuOwner?>(null);

    public Task<string?> TryStopNbdServerAsync() => Task.FromResult<string?>(null);

    public Task BeginAsync(string backupXml, string? checkpointXml)
    {
        domain.RequireRunning(
            VirErrorNumber.OperationUnsupported, "cannot perform disk backup for inactive domain");
        if (Socket is not null || IsPhantom || Foreign is not null)
            throw Refusal(VirErrorNumber.OperationTimeout, "cannot acquire state change lock");
        var backup = DomainBackupXml.Parse(backupXml);
        var checkpoint = checkpointXml is null ? null : DomainCheckpointXml.Parse(checkpointXml);
        var name = checkpoint?.Name?.Value;
        if (name is not null && domain.Knows(name))
            throw Refusal(VirErrorNumber.OperationFailed, $"domain moment {name} already exists");
        var tracked = checkpoint?.Disks.Where(disk => disk.Checkpoint == CheckpointDiskMode.Bitmap)
            .Select(disk => disk.Name.Value).ToList() ?? [];
        var dirty = backup.Disks.Where(disk => disk.Incremental is not null)
            .ToDictionary(disk => disk.Name.Value, disk => DirtySince(disk.Name.Value, disk.Incremental!.Value));
        foreach (var disk in tracked.Where(disk => domain.Image(disk).ContainsKey(name!)))
            throw Refusal(VirErrorNumber.InternalError, $"unable to execute 'transaction': Bitmap exists on {disk}");

        // One transaction of QEMU's.
        Dirty.Clear();
        foreach (var (disk, what) in dirty) Dirty.Add(disk, what);
        Frozen = domain.Images.ToDictionary(image => image.Key, image => (int[])image.Value.Chunks.Clone());
        if (name is not null) domain.AddCheckpoint(name, [.. tracked]);
        IsProtected = true;
        Socket = Assert.IsType<UnixBackupServer>(backup.Server).Socket;
        return Task.CompletedTask;
    }

    public Task<string?> FindUnprotectedAsync(IReadOnlyList<string> disks, CancellationToken cancellationToken) =>
        Task.FromResult(IsProtected ? null : disks[0]);

    public Task EndAsync(CancellationToken cancellationToken)
    {
        Assert.True(Foreign is null || !domain.IsRunning, "another's job is not ours to end");
        Abandon();
        return Task.CompletedTask;
    }

    public Task<bool> HasSavedMemoryAsync(CancellationToken cancellationToken) => Task.FromResult(HasSavedMemory);

    public Task StartPausedAsync()
    {
        (HasSavedMemory, _hasRun) = (false, HasSavedMemory);
        domain.Start();
        return Task.CompletedTask;
    }

    public Task<bool> TryStopPausedAsync(CancellationToken cancellationToken)
    {
        if (!domain.IsRunning || _hasRun) return Task.FromResult(false);
        domain.ShutDown();
        return Task.FromResult(true);
    }

    /// <summary>There is no job any more.</summary>
    internal void Abandon() => (Socket, IsPhantom, IsProtected) = (null, false, false);

    /// <summary>QEMU's job has ended behind libvirt's back, which still has its definition; the server stays.</summary>
    internal void LoseProtection() => IsProtected = false;

    private (string, SimulatedBitmap) DirtySince(string disk, string name)
    {
        if (!domain.Knows(name) || !domain.DisksOf(name).Contains(disk, StringComparer.Ordinal))
            throw Refusal(VirErrorNumber.NoDomainCheckpoint, $"Checkpoint '{name}' of disk '{disk}' not found");
        return domain.SizeOf(disk, name) is null
            ? throw Refusal(VirErrorNumber.CheckpointInconsistent, $"missing or broken bitmap '{name}'")
            : (name, domain.Bitmap(disk, name).Clone());
    }

    private static LibvirtException Refusal(VirErrorNumber code, string why) =>
        new("simulated", code, VirErrorDomain.Qemu, why);
}

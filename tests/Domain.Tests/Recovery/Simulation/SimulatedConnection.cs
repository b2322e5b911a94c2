using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Recovery;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>A simulated domain as one connection shows it, during a run with a fate.</summary>
internal sealed class SimulatedConnection(
    SimulatedDomain domain, SimulatedJobs jobs, Guid uuid, Fate fate) : IBackupDomain, ITrackedDomain, IBackupJobs
{
    private readonly int _daemon = fate.DaemonRestarts;

    public string Name => "web";

    public Guid Uuid => uuid;

    public ITrackedDomain Tracking => this;

    public IBackupJobs Jobs => this;

    private bool IsBroken => _daemon != fate.DaemonRestarts;

    public Task<string> GetUriAsync(CancellationToken cancellationToken) => Task.FromResult("simulated:///system");

    public Task<DomainXml> ReadDefinitionAsync(CancellationToken cancellationToken) =>
        AskAsync("the definition", () => Task.FromResult(SimulatedDefinition.Of(domain, uuid)));

    public Task<IDomainWatch> WatchAsync(CancellationToken cancellationToken) =>
        AskAsync("watching", () => Task.FromResult<IDomainWatch>(new SimulatedWatch()));

    public LibvirtGuest OpenGuest(string uri) => throw new NotSupportedException("no history freezes a guest");

    public async Task ReconnectingAsync(string uri, Func<IBackupDomain, Task> action)
    {
        try
        {
            await action(this);
        }
        catch (LibvirtException) when (IsBroken)
        {
            if (fate.IsDaemonGone) throw Broken();
            await action(new SimulatedConnection(domain, jobs, uuid, fate));
        }
    }

    public Task<bool> IsRunningAsync(CancellationToken cancellationToken) =>
        AskAsync("whether it runs", () => domain.IsRunningAsync(cancellationToken));

    public Task<IReadOnlyList<TrackedDisk>> ListDisksAsync(CancellationToken cancellationToken) =>
        AskAsync("its disks", () => domain.ListDisksAsync(cancellationToken));

    public Task<IReadOnlyList<string>> ListCheckpointsAsync(CancellationToken cancellationToken) =>
        AskAsync("its checkpoints", () => domain.ListCheckpointsAsync(cancellationToken));

    public Task<IReadOnlyList<TrackedCheckpoint>> ReadCheckpointsAsync(
        IReadOnlyList<string> names, bool withSizes, CancellationToken cancellationToken) => AskAsync(
        $"checkpoints {string.Join(", ", names)}",
        () => domain.ReadCheckpointsAsync(names, withSizes, cancellationToken));

    public Task<bool> TryRedefineAsync(
        TrackedCheckpoint checkpoint, bool validate, CancellationToken cancellationToken) =>
        AskAsync(
            $"redefining {checkpoint.Name}", () => domain.TryRedefineAsync(checkpoint, validate, cancellationToken));

    /// <summary>
    /// What libvirt's driver reports without a code of its own is taken for a bitmap that is not there.
    /// </summary>
    public async Task<bool> TryDeleteAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync($"deleting {name}", () => domain.TryDeleteAsync(name, cancellationToken));
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.InternalError)
        {
            return false;
        }
    }

    public Task ForgetAsync(string name, CancellationToken cancellationToken) => AskAsync(
        $"forgetting {name}",
        async () =>
        {
            await domain.ForgetAsync(name, cancellationToken);
            return true;
        });

    public Task<BitmapInventory> ReadBitmapsAsync(CancellationToken cancellationToken) =>
        AskAsync("its bitmaps", () => domain.ReadBitmapsAsync(cancellationToken));

    public Task<string?> FindAsync(CancellationToken cancellationToken) =>
        AskAsync("its job", () => jobs.FindAsync(cancellationToken));

    public Task<string?> GetSocketAsync(CancellationToken cancellationToken) =>
        AskAsync("its job's socket", () => jobs.GetSocketAsync(cancellationToken));

    public Task RemoveStoredAsync(string name, string disk, CancellationToken cancellationToken) =>
        domain.RemoveStoredAsync(name, disk, cancellationToken);

    public Task<QemuOwner?> GetOwnerAsync(CancellationToken cancellationToken) => jobs.GetOwnerAsync(cancellationToken);

    public Task BeginAsync(string backupXml, string? checkpointXml) => AskAsync(
        "beginning",
        async () =>
        {
            await jobs.BeginAsync(backupXml, checkpointXml);
            return true;
        });

    public Task<string?> FindUnprotectedAsync(IReadOnlyList<string> disks, CancellationToken cancellationToken) =>
        AskAsync("what is protected", () => jobs.FindUnprotectedAsync(disks, cancellationToken));

    public Task EndAsync(CancellationToken cancellationToken) => AskAsync(
        "ending",
        async () =>
        {
            await jobs.EndAsync(cancellationToken);
            return true;
        });

    public Task<string?> TryStopNbdServerAsync() => jobs.TryStopNbdServerAsync();

    public Task<bool> HasSavedMemoryAsync(CancellationToken cancellationToken) =>
        AskAsync("whether memory is saved", () => jobs.HasSavedMemoryAsync(cancellationToken));

    public Task StartPausedAsync() => jobs.StartPausedAsync();

    public Task<bool> TryStopPausedAsync(CancellationToken cancellationToken) =>
        jobs.TryStopPausedAsync(cancellationToken);

    private Task<T> AskAsync<T>(string what, Func<Task<T>> call) => fate.CallAsync(
        what, Fate.Refusal, () => IsBroken ? throw Broken() : call());

    private static LibvirtException Broken() => new(
        "simulated", VirErrorNumber.InternalError, VirErrorDomain.Rpc, "client socket is closed");
}

using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Domain.Tests.Backups.Freezing;

/// <summary>A guest with some file systems, which notes what it is asked and when.</summary>
internal sealed class SimulatedGuest(FakeClock clock) : IGuestFileSystems
{
    private readonly DateTimeOffset _start = clock.GetUtcNow();
    private readonly TaskCompletionSource _thawed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it was asked, each with the seconds since the start.</summary>
    internal List<string> Calls { get; } = [];

    internal int FileSystems { get; init; } = 2;

    internal bool IsFrozen { get; set; }

    /// <summary>Ends when it is thawed for the first time.</summary>
    internal Task Thawed => _thawed.Task;

    internal string? Obstacle { get; init; }

    /// <summary>False when it was stopped; one that is paused is active.</summary>
    internal bool IsActive { get; init; } = true;

    /// <summary>How long the answer to a freeze takes.</summary>
    internal TimeSpan FreezeTime { get; init; }

    /// <summary>How often a thaw fails before it works.</summary>
    internal int ThawFailures { get; set; }

    /// <summary>What they fail with.</summary>
    internal VirErrorNumber ThawError { get; init; } = VirErrorNumber.AgentUnresponsive;

    public Task<string?> FindObstacleAsync() => Task.FromResult(Obstacle);

    public async Task<int> FreezeAsync(IReadOnlyList<string> mountPoints, TimeSpan timeout)
    {
        Note($"freeze {string.Join(' ', mountPoints)}".TrimEnd());
        if (FreezeTime > timeout)
        {
            await Task.Delay(timeout, clock);
            throw Error(VirErrorNumber.AgentUnresponsive);
        }

        if (FreezeTime > TimeSpan.Zero) await Task.Delay(FreezeTime, clock);
        IsFrozen = true;
        return FileSystems;
    }

    public Task<int> ThawAsync()
    {
        Note("thaw");
        if (ThawFailures-- > 0) return Task.FromException<int>(Error(ThawError));
        var count = IsFrozen ? FileSystems : 0;
        IsFrozen = false;
        _thawed.TrySetResult();
        return Task.FromResult(count);
    }

    public Task<int> ResumeAsync()
    {
        Note("resume");
        return Task.FromResult(1);
    }

    public Task<bool> IsActiveAsync() => Task.FromResult(IsActive);

    public Task ReconnectAsync()
    {
        Note("reconnect");
        return Task.CompletedTask;
    }

    private static LibvirtException Error(VirErrorNumber code) =>
        new("virDomainFSThaw", code, VirErrorDomain.Qemu, "it does not answer");

    private void Note(string what) => Calls.Add($"{(clock.GetUtcNow() - _start).TotalSeconds:0}: {what}");
}

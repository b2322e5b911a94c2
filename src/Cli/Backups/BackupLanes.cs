using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.Backups;

/// <summary>As many lanes as backups run at the same time, opened when first needed.</summary>
internal sealed class BackupLanes(CommandContext context) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<BackupLane> _free = new();

    /// <summary>A lane that nobody else uses until it is returned.</summary>
    internal async Task<BackupLane> TakeAsync(CancellationToken cancellationToken)
    {
        while (TryTake() is { } free)
        {
            if (free.IsUsable) return free;
            await free.DisposeAsync(); // libvirtd was restarted, or crashed: the next domains shall not suffer
        }

        return await BackupLane.OpenAsync(context, cancellationToken);
    }

    /// <summary>Gives a lane back.</summary>
    internal void Return(BackupLane lane)
    {
        lock (_gate) _free.Push(lane);
    }

    /// <summary>Closes what has been returned.</summary>
    public async ValueTask DisposeAsync()
    {
        while (TryTake() is { } free)
            await free.DisposeAsync();
    }

    private BackupLane? TryTake()
    {
        lock (_gate) return _free.TryPop(out var lane) ? lane : null;
    }
}

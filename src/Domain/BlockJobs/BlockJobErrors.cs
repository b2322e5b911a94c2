using System.Text.Json;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.LibvirtQemu;

namespace LibvirtBackup.BlockJobs;

/// <summary>
/// Why a block job failed: libvirt's own event says only that it did, QEMU's has the reason. Listening to it does not
/// taint the domain.
/// </summary>
internal sealed class BlockJobErrors : IAsyncDisposable
{
    /// <summary>QEMU's event comes before libvirt's; another thread reads it.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly EventSubscription<QemuMonitorEvent> _events;
    private readonly Task<string?> _error;
    private readonly TimeProvider _time;

    private BlockJobErrors(EventSubscription<QemuMonitorEvent> events, string disk, TimeProvider time)
    {
        (_events, _time) = (events, time);
        _error = ReadAsync(disk);
    }

    /// <param name="domain">The domain.</param>
    /// <param name="disk">The disk of the job that will begin.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up; nothing stays registered.</param>
    internal static async Task<BlockJobErrors> WatchAsync(
        LibvirtDomain domain, string disk, TimeProvider time, CancellationToken cancellationToken) => new(
            await domain.Connection.Events.QemuMonitorAsync(
                "BLOCK_JOB_COMPLETED", domain: domain, cancellationToken: cancellationToken).ConfigureAwait(false),
            disk,
            time);

    /// <summary>QEMU's words on a job that has failed, or null where it has none.</summary>
    internal async Task<string?> FindAsync()
    {
        using var stop = new CancellationTokenSource();
        await Task.WhenAny(_error, Task.Delay(s_patience, _time, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        return _error.IsCompleted ? await _error.ConfigureAwait(false) : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync().ConfigureAwait(false);
        await _error.ConfigureAwait(false);
    }

    /// <summary>The error in the details of QEMU's event, when it is that of the disk's job; else null.</summary>
    internal static string? ErrorIn(string? details, string disk)
    {
        if (details is null) return null;
        using var parsed = JsonDocument.Parse(details);
        // libvirt calls its jobs "commit-vda-libvirt-2-format".
        return parsed.RootElement.TryGetProperty("device", out var job)
            && job.GetString() is { } name
            && name.Contains($"-{disk}-", StringComparison.Ordinal)
            && parsed.RootElement.TryGetProperty("error", out var error)
                ? error.GetString()
                : null;
    }

    private async Task<string?> ReadAsync(string disk)
    {
        try
        {
            await foreach (var one in _events.WithCancellation(CancellationToken.None).ConfigureAwait(false))
                if (ErrorIn(one.Details, disk) is { } error)
                    return error;
        }
        catch (Exception e) when (e is EventsLostException or LibvirtConnectionLostException)
        {
            // Then nobody knows why; libvirt's event, or its lack, tells the rest.
        }

        return null;
    }
}

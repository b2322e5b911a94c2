using System.Text.Json;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups.Freezing;

/// <summary>
/// Thaws a guest whose backup cannot, because it was killed or hangs. It runs as a process of its own, which the backup
/// starts before it freezes: <c>lvbackup thaw-watchdog</c>, or any program that calls <see cref="RunAsync"/>; see
/// <see cref="BackupEngineOptions.ThawWatchdog"/>.
/// </summary>
/// <remarks>
/// The program has to leave the group of the process that started it and to ignore SIGINT, SIGTERM and SIGHUP, which
/// often go to both. It ends by itself.
/// </remarks>
internal sealed class ThawWatchdog
{
    /// <summary>
    /// How long the watchdog goes on when the guest or libvirt does not answer, 5 minutes, and as long again as the
    /// guest was given to freeze.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>What a backup that works may take longer than the limit, for it thaws at the limit itself.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly Func<ThawOrder, Task<IGuestFileSystems>> _connect;

    /// <summary>Makes a watchdog for guests behind libvirt.</summary>
    /// <param name="time">The clock.</param>
    public ThawWatchdog(TimeProvider time)
        : this(time, ConnectAsync)
    {
    }

    internal ThawWatchdog(TimeProvider time, Func<ThawOrder, Task<IGuestFileSystems>> connect) =>
        (_time, _connect) = (time, connect);

    /// <summary>Guards one backup until the guest is thawed.</summary>
    /// <param name="input">The process's standard input: the backup's orders. Its end is the backup's end.</param>
    /// <param name="output">The process's standard output: tells the backup when the watchdog is ready.</param>
    /// <param name="report">Receives one line when the watchdog had to act.</param>
    /// <exception cref="BackupException">libvirt cannot be reached; the backup will not freeze.</exception>
    public async Task RunAsync(TextReader input, TextWriter output, Action<string> report)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(report);
        var line = await input.ReadLineAsync().ConfigureAwait(false);
        if (line is null) return;
        var order = ReadOrder(line);
        var guest = await _connect(order).ConfigureAwait(false);
        await output.WriteLineAsync(ThawOrder.Ready).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
        if (await WatchAsync(input, order).ConfigureAwait(false) is not { } reason) return;

        var ledger = new FreezeLedger(order.DomainDirectory);
        var result = await new GuestThaw(guest, ledger, _time).RunAsync(order.Freeze, Patience + order.Timeout)
            .ConfigureAwait(false);
        if (result.FileSystems > 0)
            report($"thawed the guest of domain '{order.Domain}', since its backup {reason}");
        if (result.Outcome == ThawOutcome.Unknown)
            report($"the guest of domain '{order.Domain}' may still be frozen ({result.Why}), and its backup {reason}: "
                + $"the next backup thaws first, or run 'virsh domfsthaw {order.Domain}'");
    }

    /// <returns>Why the guest is to be thawed; null when it is, or was not asked to freeze.</returns>
    private async Task<string?> WatchAsync(TextReader input, ThawOrder order)
    {
        var wait = Timeout.InfiniteTimeSpan;
        while (true)
        {
            // Reading a pipe cannot be cancelled: a read that is given up ends with the process.
            var next = input.ReadLineAsync();
            using var stop = new CancellationTokenSource();
            var late = Task.Delay(wait, _time, stop.Token);
            if (await Task.WhenAny(next, late).ConfigureAwait(false) == late) return "hangs";
            await stop.CancelAsync().ConfigureAwait(false);
            switch (await next.ConfigureAwait(false))
            {
                case ThawOrder.Freezing:
                    wait = order.Timeout + ThawOrder.Settling + order.Limit + s_margin;
                    break;
                case ThawOrder.Frozen:
                    wait = order.Limit + s_margin;
                    break;
                case null:
                    return wait == Timeout.InfiniteTimeSpan ? null : "did not";
                default:
                    return null;
            }
        }
    }

    private static ThawOrder ReadOrder(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, FreezeJson.Default.ThawOrder)
                ?? throw new JsonException("the order is null");
        }
        catch (JsonException e)
        {
            throw new BackupException(
                FailureKind.Usage, $"the thaw watchdog got no order ({e.Message}); only a backup starts it", e);
        }
    }

    private static async Task<IGuestFileSystems> ConnectAsync(ThawOrder order)
    {
        var guest = new LibvirtGuest(order.Uri, order.DomainUuid, borrowed: null);
        try
        {
            await guest.GetDomainAsync().ConfigureAwait(false);
            return guest;
        }
        catch (LibvirtException e)
        {
            throw new BackupException(
                FailureKind.Failed, $"the thaw watchdog cannot connect to libvirt at '{order.Uri}': {e.Message}", e);
        }
    }
}

using Spectre.Console;

namespace LibvirtBackup.Cli.Progress;

/// <summary>A bar per disk on a terminal, with bytes, speed and time left.</summary>
internal sealed class BarTransferDisplay : ITransferDisplay
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProgressTask> _disks = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _drawing;
    private ProgressContext? _context;

    /// <summary>Starts to draw.</summary>
    /// <param name="terminal">Stderr.</param>
    internal BarTransferDisplay(TextWriter terminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal) });
        _drawing = console.Progress()
            .AutoClear(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new TransferColumn(t => TransferText.Amount((long)t.Value, (long)t.MaxValue)),
                new TransferColumn(t => t.Speed is { } rate ? TransferText.Rate(rate) : ""),
                new TransferColumn(t => TransferText.TimeLeft((long)t.Value, (long)t.MaxValue, t.Speed) ?? ""))
            .StartAsync(context =>
            {
                Volatile.Write(ref _context, context);
                return _finished.Task;
            });
    }

    /// <inheritdoc/>
    public void Report(string name, long doneBytes, long totalBytes)
    {
        // Until the drawing has begun there is nowhere to draw; the next report comes soon.
        if (Volatile.Read(ref _context) is not { } context)
            return;
        lock (_lock)
        {
            if (!_disks.TryGetValue(name, out var task))
                _disks.Add(name, task = context.AddTask(Markup.Escape(name), maxValue: Math.Max(1, totalBytes)));
            task.Value = totalBytes <= 0 ? 1 : doneBytes;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _finished.TrySetResult();
        await _drawing;
    }
}

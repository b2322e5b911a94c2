namespace LibvirtBackup.Cli.Progress;

/// <summary>A line per disk every few seconds, and one when the disk is done: for logs and pipes.</summary>
internal sealed class LineTransferDisplay(TextWriter output, TimeProvider time) : ITransferDisplay
{
    /// <summary>
    /// The least time between two lines of a disk; a log of an hour's backup stays under a thousand lines.
    /// </summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Disk> _disks = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Report(string name, long doneBytes, long totalBytes)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (!_disks.TryGetValue(name, out var disk))
                _disks.Add(name, disk = new Disk { Started = now, Printed = now, Rate = new TransferRate(time) });

            disk.Rate.Add(doneBytes);
            var finished = doneBytes >= totalBytes;
            if (disk.Finished || (!finished && time.GetElapsedTime(disk.Printed, now) < Interval))
                return;

            disk.Printed = now;
            disk.Finished = finished;
            output.WriteLine(finished
                ? TransferText.Finished(name, totalBytes, time.GetElapsedTime(disk.Started, now))
                : TransferText.Running(name, doneBytes, totalBytes, disk.Rate.BytesPerSecond));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;

    private sealed class Disk
    {
        public required long Started { get; init; }

        public required TransferRate Rate { get; init; }

        public required long Printed { get; set; }

        public bool Finished { get; set; }
    }
}

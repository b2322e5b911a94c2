using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Restores.Targets;

/// <summary>Reads what a disk holds, and writes only what differs.</summary>
internal sealed class DifferenceTarget(IExistingTarget target) : IDiskTarget
{
    /// <summary>What is compared, and written, at once: smaller pieces would cost more requests than bytes.</summary>
    private const int StepBytes = 64 * Units.KiB;

    /// <summary>What is asked for at once when it should be zeroes.</summary>
    private const long AskBytes = 64 * Units.MiB;

    public async ValueTask<int> WriteAsync(
        long offset, NativeBuffer data, int start, int length, CancellationToken cancellationToken)
    {
        using var present = NativeBufferPool.Shared.Rent(length);
        await target.ReadAsync(offset, present, length, cancellationToken).ConfigureAwait(false);
        var written = 0;
        for (var at = 0; at < length;)
        {
            var run = MeasureDifference(data, start, present, at, length);
            if (run == 0)
            {
                at += Math.Min(StepBytes, length - at);
                continue;
            }

            written += await target.WriteAsync(offset + at, data, start + at, run, cancellationToken)
                .ConfigureAwait(false);
            at += run;
        }

        return written;
    }

    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        ClearAsync(offset, length, target.WriteZeroesAsync, cancellationToken);

    public ValueTask MakeHoleAsync(long offset, long length, CancellationToken cancellationToken) =>
        ClearAsync(offset, length, target.MakeHoleAsync, cancellationToken);

    public ValueTask FinishAsync(CancellationToken cancellationToken) => target.FinishAsync(cancellationToken);

    public ValueTask DisposeAsync() => target.DisposeAsync();

    /// <summary>How many bytes from <paramref name="at"/> on are to be written: whole steps that differ.</summary>
    private static int MeasureDifference(NativeBuffer data, int start, NativeBuffer present, int at, int length)
    {
        var run = 0;
        while (at + run < length)
        {
            var step = Math.Min(StepBytes, length - at - run);
            var wanted = data.Span.Slice(start + at + run, step);
            if (wanted.SequenceEqual(present.Span.Slice(at + run, step))) break;
            run += step;
        }

        return run;
    }

    private async ValueTask ClearAsync(
        long offset,
        long length,
        Func<long, long, CancellationToken, ValueTask> clear,
        CancellationToken cancellationToken)
    {
        for (var end = offset + length; offset < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = Math.Min(AskBytes, end - offset);
            if (!await target.IsKnownZeroAsync(offset, part, cancellationToken).ConfigureAwait(false))
                await ClearDifferenceAsync(offset, part, clear, cancellationToken).ConfigureAwait(false);
            offset += part;
        }
    }

    private async ValueTask ClearDifferenceAsync(
        long offset,
        long length,
        Func<long, long, CancellationToken, ValueTask> clear,
        CancellationToken cancellationToken)
    {
        using var present = NativeBufferPool.Shared.Rent((int)Math.Min(Units.MiB, length));
        for (var end = offset + length; offset < end; offset += present.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = (int)Math.Min(present.Length, end - offset);
            await target.ReadAsync(offset, present, part, cancellationToken).ConfigureAwait(false);
            if (present.Span[..part].ContainsAnyExcept((byte)0))
                await clear(offset, part, cancellationToken).ConfigureAwait(false);
        }
    }
}

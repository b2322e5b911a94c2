using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;
using LibvirtBackup.Restores.Targets;

namespace LibvirtBackup.Restores;

/// <summary>
/// Writes a stored disk to a target: several workers, each with one buffer, take runs of chunks. A worker reads a run's
/// chunks, each through its hash, and writes them with one request, so that memory is bounded and nothing is allocated
/// per chunk.
/// </summary>
internal sealed class DiskWriter(BlobReader reader, DiskMap map, IDiskTarget target, Action<long> progress)
{
    private const long ProgressStepBytes = 16 * Units.MiB;

    /// <summary>More than processors: most wait for the target while others unpack and hash.</summary>
    private static readonly int s_workers = Math.Clamp(Environment.ProcessorCount * 4, 4, 16);

    private long _written;
    private long _done;

    /// <returns>Bytes of data written.</returns>
    /// <exception cref="BackupException">Integrity: something that is needed is absent or damaged.</exception>
    internal async Task<long> WriteAsync(CancellationToken cancellationToken)
    {
        using var runs = new RunSource(map, target.Announce);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = s_workers,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, s_workers, options, (_, token) => WorkAsync(runs, token)).ConfigureAwait(false);
        return _written;
    }

    private async ValueTask WorkAsync(RunSource runs, CancellationToken cancellationToken)
    {
        using var buffer = NativeBufferPool.Shared.Rent(runs.MostChunks * map.Shape.ChunkSizeBytes);
        var run = new DiskRun(runs.MostChunks);
        while (await runs.TryTakeAsync(run, cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await WriteRunAsync(run, buffer, cancellationToken).ConfigureAwait(false);
            var done = Interlocked.Add(ref _done, run.Length);
            if (done == map.Shape.SizeBytes || done / ProgressStepBytes != (done - run.Length) / ProgressStepBytes)
                progress(done);
        }
    }

    private async ValueTask WriteRunAsync(DiskRun run, NativeBuffer buffer, CancellationToken cancellationToken)
    {
        switch (run.Kind)
        {
            case EntryKind.Hole:
                await target.MakeHoleAsync(run.Offset, run.Length, cancellationToken).ConfigureAwait(false);
                break;
            case EntryKind.Zero:
                await target.WriteZeroesAsync(run.Offset, run.Length, cancellationToken).ConfigureAwait(false);
                break;
            case EntryKind.Data:
                await run.ReadAsync(reader, map.Shape.ChunkSizeBytes, buffer.Memory, cancellationToken)
                    .ConfigureAwait(false);
                var written = await target.WriteAsync(run.Offset, buffer, 0, (int)run.Length, cancellationToken)
                    .ConfigureAwait(false);
                Interlocked.Add(ref _written, written);
                break;
        }
    }
}

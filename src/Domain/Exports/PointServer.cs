using LibvirtBackup.Exports.Points;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Exports;

/// <summary>Serves restore points to NBD clients, straight from the repository.</summary>
/// <param name="time">The clock.</param>
internal sealed class PointServer(TimeProvider time)
{
    /// <summary>Begins to serve.</summary>
    /// <param name="repository">The repository, which has to stay open as long as the server runs.</param>
    /// <param name="request">What is served.</param>
    /// <param name="options">Where, and to whom.</param>
    /// <param name="cancellationToken">Gives up before the server runs; then it is not stopped by it any more.</param>
    /// <returns>The server, which has begun to listen.</returns>
    /// <exception cref="BackupException">A point cannot be read, or the address cannot be used.</exception>
    public async Task<NbdServer> StartAsync(
        Repository repository, PointServeRequest request, NbdServerOptions options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        if (request.Points.Count == 0) throw new BackupException(FailureKind.Usage, "no point to serve was named");
        request = request with
        {
            Points = await ResolveAsync(repository, request.Points, cancellationToken).ConfigureAwait(false),
            Since = await ResolveAsync(repository, request.Since, cancellationToken).ConfigureAwait(false),
        };
        var (held, warning) = await ReadingLock.TryTakeAsync(
            repository, $"serve {string.Join(' ', request.Points)}",
            [.. request.Points.Concat(request.Since).Distinct(StringComparer.Ordinal)],
            "is served, and clients would get errors", cancellationToken).ConfigureAwait(false);
        var kept = new Kept(held, new ChunkCache(repository, request.CacheBytes));
        try
        {
            var exports = await PointExports.OpenAsync(repository, request, kept.Chunks, cancellationToken)
                .ConfigureAwait(false);
            return NbdServer.Start(exports, options, time, kept, warning is null ? [] : [warning]);
        }
        catch
        {
            await kept.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<IReadOnlyList<string>> ResolveAsync(
        Repository repository, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        foreach (var name in names)
            ids.Add(await repository.FindPointAsync(name, cancellationToken).ConfigureAwait(false));
        return ids;
    }

    /// <summary>What the server needs as long as it runs.</summary>
    private sealed record Kept(RepositoryLock? Lock, ChunkCache Chunks) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Chunks.Dispose();
            if (Lock is not null) await Lock.DisposeAsync().ConfigureAwait(false);
        }
    }
}

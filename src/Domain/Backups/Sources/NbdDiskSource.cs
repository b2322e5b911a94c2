using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Backups.Sources;

/// <summary>A disk that QEMU or qemu-nbd exports.</summary>
internal sealed class NbdDiskSource : IDiskSource, IAsyncDisposable
{
    private const string Allocation = "base:allocation";

    // QEMU serves all from one thread, but each has its own thread here, and receiving means copying.
    private const int Connections = 2;

    private readonly NbdConnectionPool _connection;
    private readonly string? _dirtyContext;

    private NbdDiskSource(NbdConnectionPool connection, string? dirtyContext) =>
        (_connection, _dirtyContext) = (connection, dirtyContext);

    public long SizeBytes => _connection.Export.SizeBytes;

    /// <param name="endpoint">The export.</param>
    /// <param name="dirtyBitmap">The exported bitmap, or null when everything is read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">
    /// The server does not say what is asked: without it a copy could miss changes.
    /// </exception>
    internal static async Task<NbdDiskSource> ConnectAsync(
        NbdEndpoint endpoint, string? dirtyBitmap, CancellationToken cancellationToken)
    {
        var dirty = dirtyBitmap is null ? null : $"qemu:dirty-bitmap:{dirtyBitmap}";
        var options = new NbdConnectionOptions { MetaContexts = dirty is null ? [Allocation] : [Allocation, dirty] };
        var connection = await NbdConnectionPool.ConnectAsync(endpoint, options, Connections, cancellationToken)
            .ConfigureAwait(false);
        foreach (var context in options.MetaContexts)
        {
            if (connection.Export.MetaContexts.Contains(context, StringComparer.Ordinal)) continue;
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new BackupException(
                FailureKind.NotSupported, $"{endpoint} does not offer '{context}', without which nothing can be "
                    + "copied safely");
        }

        return new NbdDiskSource(connection, dirty);
    }

    public async Task ReadMapAsync(ByteRange range, RangeSet zero, RangeSet? dirty, CancellationToken cancellationToken)
    {
        if (dirty is not null && _dirtyContext is null) throw new InvalidOperationException(
            "no dirty bitmap was asked for");
        for (var offset = range.Offset; offset < range.End;)
        {
            var status = await _connection.GetBlockStatusAsync(offset, range.End - offset, cancellationToken)
                .ConfigureAwait(false);
            Append(zero, offset, status.GetExtents(Allocation).Span, NbdExtent.Zero | NbdExtent.Hole);
            if (dirty is not null) Append(dirty, offset, status.GetExtents(_dirtyContext!).Span, NbdExtent.Dirty);
            offset += status.Length;
        }
    }

    public ValueTask ReadAsync(long offset, NativeBuffer target, CancellationToken cancellationToken) =>
        _connection.ReadAsync(offset, target, cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static void Append(RangeSet set, long offset, ReadOnlySpan<NbdExtent> extents, ulong wanted)
    {
        foreach (var extent in extents)
        {
            if ((extent.Flags & wanted) == wanted) set.Append(new ByteRange(offset, extent.Length));
            offset += extent.Length;
        }
    }
}

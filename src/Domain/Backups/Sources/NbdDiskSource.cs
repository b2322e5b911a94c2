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
    private readonly IReadOnlyList<NbdConnectionPool> _lower;
    private readonly string? _dirtyContext;
    private readonly RangeSet? _written;

    private NbdDiskSource(
        NbdConnectionPool connection,
        IReadOnlyList<NbdConnectionPool> lower,
        string? dirtyContext,
        RangeSet? written) =>
        (_connection, _lower, _dirtyContext, _written) = (connection, lower, dirtyContext, written);

    public long SizeBytes => _connection.Export.SizeBytes;

    /// <param name="export">The export; without a bitmap everything is read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">
    /// The server does not say what is asked: without it a copy could miss changes.
    /// </exception>
    internal static async Task<NbdDiskSource> ConnectAsync(DiskExport export, CancellationToken cancellationToken)
    {
        var dirty = export.Bitmap is null ? null : $"qemu:dirty-bitmap:{export.Bitmap}";
        var opened = new List<NbdConnectionPool>();
        try
        {
            var options = new NbdConnectionOptions
            {
                MetaContexts = dirty is null ? [Allocation] : [Allocation, dirty],
                Tls = export.Tls,
                TlsCertificatesDirectory = export.TlsCertificatesDirectory,
            };
            opened.Add(await ConnectAsync(export.Endpoint, options, Connections, cancellationToken)
                .ConfigureAwait(false));
            if (dirty is not null)
                foreach (var layer in export.LowerLayers)
                    opened.Add(await ConnectAsync(layer, options with { MetaContexts = [dirty] }, 1, cancellationToken)
                        .ConfigureAwait(false));
            return new NbdDiskSource(opened[0], opened[1..], dirty, export.Written);
        }
        catch
        {
            foreach (var connection in opened) await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task ReadMapAsync(ByteRange range, RangeSet zero, RangeSet? dirty, CancellationToken cancellationToken)
    {
        if (dirty is not null && _dirtyContext is null) throw new InvalidOperationException(
            "no dirty bitmap was asked for");
        if (dirty is null || (_lower.Count == 0 && _written is null))
        {
            await ReadMapAsync(_connection, range, zero, dirty, cancellationToken).ConfigureAwait(false);
            return;
        }

        var parts = new List<RangeSet> { new() };
        await ReadMapAsync(_connection, range, zero, parts[0], cancellationToken).ConfigureAwait(false);
        foreach (var layer in _lower)
        {
            // An image may be shorter or longer than those that lie over it.
            var common = Math.Min(range.End, layer.Export.SizeBytes) - range.Offset;
            if (common <= 0) continue;
            parts.Add(new RangeSet());
            await ReadMapAsync(layer, range with { Length = common }, null, parts[^1], cancellationToken)
                .ConfigureAwait(false);
        }

        if (_written is not null) parts.Add(_written.Within(range));
        dirty.AppendUnion(parts);
    }

    public ValueTask ReadAsync(long offset, NativeBuffer target, CancellationToken cancellationToken) =>
        _connection.ReadAsync(offset, target, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        foreach (var layer in _lower) await layer.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<NbdConnectionPool> ConnectAsync(
        NbdEndpoint endpoint, NbdConnectionOptions options, int connections, CancellationToken cancellationToken)
    {
        var connection = await NbdConnectionPool.ConnectAsync(endpoint, options, connections, cancellationToken)
            .ConfigureAwait(false);
        foreach (var context in options.MetaContexts)
        {
            if (connection.Export.MetaContexts.Contains(context, StringComparer.Ordinal)) continue;
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new BackupException(
                FailureKind.NotSupported, $"{endpoint} does not offer '{context}', without which nothing can be "
                    + "copied safely");
        }

        return connection;
    }

    private async Task ReadMapAsync(
        NbdConnectionPool connection, ByteRange range, RangeSet? zero, RangeSet? dirty,
        CancellationToken cancellationToken)
    {
        for (var offset = range.Offset; offset < range.End;)
        {
            var status = await connection.GetBlockStatusAsync(offset, range.End - offset, cancellationToken)
                .ConfigureAwait(false);
            if (zero is not null)
                Append(zero, offset, status.GetExtents(Allocation).Span, NbdExtent.Zero | NbdExtent.Hole);
            if (dirty is not null) Append(dirty, offset, status.GetExtents(_dirtyContext!).Span, NbdExtent.Dirty);
            offset += status.Length;
        }
    }

    private static void Append(RangeSet set, long offset, ReadOnlySpan<NbdExtent> extents, ulong wanted)
    {
        foreach (var extent in extents)
        {
            if ((extent.Flags & wanted) == wanted) set.Append(new ByteRange(offset, extent.Length));
            offset += extent.Length;
        }
    }
}

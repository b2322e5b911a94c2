using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Restores.Targets.Qcow2;

/// <summary>
/// A new qcow2 image without backing file. Written by us and not through QEMU, because a socket between costs twice the
/// time of all the rest; clusters lie in the order in which they were written, and the header comes last, so that an
/// image that is not complete is no image.
/// </summary>
internal sealed class Qcow2Target : IDiskTarget
{
    private readonly DirectFile _file;
    private readonly Qcow2Geometry _geometry;
    private readonly Qcow2Allocator _allocator;
    private long _reserved;

    private Qcow2Target(DirectFile file, Qcow2Geometry geometry) =>
        (_file, _geometry, _allocator) = (file, geometry, new Qcow2Allocator(geometry));

    internal static Qcow2Target Create(string path, long sizeBytes, Qcow2Options options) =>
        new(DirectFile.Create(path), new Qcow2Geometry(sizeBytes, options));

    /// <summary>
    /// Clusters of the file are given one after the other, so only the length counts: room is taken behind all that is
    /// given by now, while others go on writing.
    /// </summary>
    public void Announce(long offset, long length)
    {
        var begin = Math.Max(_reserved, _allocator.UsedClusters * _geometry.Options.ClusterSizeBytes);
        _file.Reserve(begin, length);
        _reserved = begin + length;
    }

    public async ValueTask<int> WriteAsync(
        long offset, NativeBuffer data, int start, int length, CancellationToken cancellationToken)
    {
        for (var done = 0; done < length;)
        {
            var (host, part) = _allocator.PlaceData(offset + done, length - done, out var complete);
            await _file.WriteAsync(host, data, start + done, part).ConfigureAwait(false);
            if (complete is not null) await WriteTableAsync(complete).ConfigureAwait(false);
            done += part;
        }

        return length;
    }

    public ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken) =>
        LeaveOutAsync(offset, length, isZero: true, cancellationToken);

    public ValueTask MakeHoleAsync(long offset, long length, CancellationToken cancellationToken) =>
        LeaveOutAsync(offset, length, isZero: false, cancellationToken);

    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        var size = _geometry.Options.ClusterSizeBytes;
        using var cluster = NativeBufferPool.Shared.Rent(size);
        for (var i = 0; i < _geometry.L1Clusters; i++)
        {
            _allocator.WriteL1(i * (size / sizeof(ulong)), cluster.Span);
            await WriteClusterAsync(1 + i, cluster).ConfigureAwait(false);
        }

        var refcounts = new Qcow2Refcounts(_allocator.UsedClusters, _geometry.Options);
        for (var i = 0L; i < refcounts.BlockCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            refcounts.WriteBlock(i, cluster.Span, _geometry.Options.RefcountBits);
            await WriteClusterAsync(refcounts.FirstCluster + i, cluster).ConfigureAwait(false);
        }

        var table = refcounts.FirstCluster + refcounts.BlockCount;
        for (var i = 0; i < refcounts.TableClusters; i++)
        {
            refcounts.WriteTable(i, cluster.Span);
            await WriteClusterAsync(table + i, cluster).ConfigureAwait(false);
        }

        _file.SetLength((table + refcounts.TableClusters) * size);
        _file.Flush();
        cluster.Span.Clear();
        Qcow2Header.Write(cluster.Span, _geometry, table * size, refcounts.TableClusters);
        await WriteClusterAsync(0, cluster).ConfigureAwait(false);
        _file.Flush();
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        _allocator.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask LeaveOutAsync(
        long offset, long length, bool isZero, CancellationToken cancellationToken)
    {
        for (var end = offset + length; offset < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            offset += _allocator.PlaceNothing(offset, end - offset, isZero, out var complete);
            if (complete is not null) await WriteTableAsync(complete).ConfigureAwait(false);
        }
    }

    private async ValueTask WriteTableAsync(Qcow2Table table)
    {
        using (table)
            await _file.WriteAsync(table.HostOffset, table.Buffer, 0, table.Buffer.Length).ConfigureAwait(false);
    }

    private ValueTask WriteClusterAsync(long cluster, NativeBuffer content) =>
        _file.WriteAsync(cluster * content.Length, content, 0, content.Length);
}

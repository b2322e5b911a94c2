using System.Buffers;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Checks packs: each in one large read, then blob by blob in memory. Thread-safe.</summary>
/// <param name="store">The packs.</param>
/// <param name="check">
/// Checks a blob's stored bytes, with a buffer for its plain ones; throws <see cref="InvalidDataException"/>.
/// </param>
internal sealed class PackCheck(IBlobStore store, PackCheck.BlobCheck check) : IDisposable
{
    private readonly NativeBufferPool _buffers =
        new(retainedLimit: (Environment.ProcessorCount + 1L) * BlobLimits.PackLength);

    internal delegate void BlobCheck(
        SealedPack pack, PackEntry entry, ReadOnlySpan<byte> stored, Span<byte> plain);

    /// <summary>Checks a pack and all that is in it.</summary>
    internal async ValueTask<PackFindings> CheckAsync(ChunkId pack, CancellationToken cancellationToken)
    {
        var findings = new PackFindings();
        try
        {
            var key = PackFormat.KeyOf(pack);
            var length = await store.GetLengthAsync(key, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidDataException("it does not exist");
            if (length is < PackFormat.HeaderLength + PackFormat.TrailerLength or > BlobLimits.PackLength)
                throw new InvalidDataException($"a pack cannot have {length} bytes");
            using var buffer = _buffers.Rent((int)length);
            await store.ReadAsync(key, 0, buffer.Memory, cancellationToken).ConfigureAwait(false);
            findings.Table = PackTables.Parse(pack, buffer.Span);
            CheckBlobs(findings.Table, buffer.Span, findings, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or BlobMissingException or BlobUnreadableException)
        {
            findings.Problem = e.Message;
        }

        return findings;
    }

    public void Dispose() => _buffers.Dispose();

    private void CheckBlobs(
        SealedPack pack, ReadOnlySpan<byte> content, PackFindings findings, CancellationToken cancellationToken)
    {
        var plain = ArrayPool<byte>.Shared.Rent(BlobLimits.BlobLength);
        try
        {
            foreach (var entry in pack.Entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Check(pack, entry, content, plain) is { } problem)
                {
                    findings.Damaged.Add((entry, problem));
                    continue;
                }

                findings.CheckedBlobs++;
                findings.CheckedBytes += entry.PlainLength;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private string? Check(SealedPack pack, PackEntry entry, ReadOnlySpan<byte> content, byte[] plain)
    {
        // The table is what was written, but who wrote it may have been wrong.
        if (entry.PlainLength is < 1 or > BlobLimits.BlobLength) return $"it has {entry.PlainLength} bytes";
        try
        {
            check(
                pack, entry, content.Slice(entry.Offset, entry.StoredLength), plain.AsSpan(0, entry.PlainLength));
            return null;
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }
}

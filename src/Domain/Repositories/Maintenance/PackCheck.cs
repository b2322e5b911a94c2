using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Checks packs: each in one large read, then its blobs in memory. Thread-safe.</summary>
/// <param name="store">The packs.</param>
/// <param name="check">Checks blobs of a pack.</param>
internal sealed class PackCheck(IBlobStore store, PackCheck.BlobCheck check) : IDisposable
{
    private readonly NativeBufferPool _buffers =
        new(retainedLimit: (Environment.ProcessorCount + 1L) * BlobLimits.PackLength);

    /// <summary>Checks blobs that have one length and one codec, at most <see cref="BlobNames.MostTogether"/>.
    /// </summary>
    /// <param name="pack">Their pack.</param>
    /// <param name="entries">The blobs.</param>
    /// <param name="content">All of the pack.</param>
    /// <param name="problems">Receives what is wrong with each, or null.</param>
    internal delegate void BlobCheck(
        SealedPack pack, ReadOnlySpan<PackEntry> entries, ReadOnlySpan<byte> content, Span<string?> problems);

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
        var problems = new string?[BlobNames.MostTogether];
        for (ReadOnlySpan<PackEntry> rest = [.. pack.Entries]; !rest.IsEmpty;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var some = rest[..CountAlike(rest)];
            Check(pack, some, content, problems);
            for (var i = 0; i < some.Length; i++) findings.Add(some[i], problems[i]);
            rest = rest[some.Length..];
        }
    }

    /// <summary>How many of the first blobs can be checked together.</summary>
    private static int CountAlike(ReadOnlySpan<PackEntry> entries)
    {
        var count = 1;
        while (count < Math.Min(entries.Length, BlobNames.MostTogether)
            && entries[count].PlainLength == entries[0].PlainLength && entries[count].Codec == entries[0].Codec)
            count++;
        return count;
    }

    private void Check(
        SealedPack pack, ReadOnlySpan<PackEntry> entries, ReadOnlySpan<byte> content, Span<string?> problems)
    {
        // The table is what was written, but who wrote it may have been wrong.
        if (entries[0].PlainLength is < 1 or > BlobLimits.BlobLength)
            problems.Fill($"it has {entries[0].PlainLength} bytes");
        else
            check(pack, entries, content, problems);
    }
}

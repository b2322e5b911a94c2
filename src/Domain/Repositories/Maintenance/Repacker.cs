using System.Buffers;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Writes what is needed of some packs into new ones. What another pack has as well is read there first: only a copy
/// that is known to be good makes this one needless.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="marks">The blobs that are needed.</param>
/// <param name="condemned">Packs whose copies do not count.</param>
internal sealed class Repacker(Repository repository, BlobMarks marks, IReadOnlySet<ChunkId> condemned)
{
    private readonly BlobCopies _copies = new(repository.Store, repository.Decoder);

    /// <returns>The packs that are not needed any more. One that has damage stays, for repair to work on.</returns>
    /// <exception cref="IOException">There is no room; nothing refers to what was written.</exception>
    internal async Task<IReadOnlyList<ChunkId>> RepackAsync(
        IReadOnlySet<ChunkId> packs, CancellationToken cancellationToken)
    {
        var writer = await repository.BeginWriteAsync("gc", packs, cancellationToken).ConfigureAwait(false);
        await using var closing = writer.ConfigureAwait(false);
        var plain = ArrayPool<byte>.Shared.Rent(BlobLimits.BlobLength);
        try
        {
            var done = new List<ChunkId>();
            foreach (var pack in packs)
                if (await TryEmptyAsync(pack, packs, writer, plain, cancellationToken).ConfigureAwait(false))
                    done.Add(pack);
            await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
            return done;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private async Task<bool> TryEmptyAsync(
        ChunkId pack, IReadOnlySet<ChunkId> packs, BlobWriter writer, byte[] plain,
        CancellationToken cancellationToken)
    {
        SealedPack table;
        try
        {
            table = await PackTables.ReadAsync(repository.Store, pack, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or Blobs.BlobMissingException
            or Blobs.BlobUnreadableException)
        {
            return false;
        }

        foreach (var entry in table.Entries)
        {
            if (!await marks.IsMarkedAsync(entry.Id, cancellationToken).ConfigureAwait(false)) continue;
            var isElsewhere = await IsElsewhereAsync(entry.Id, packs, cancellationToken).ConfigureAwait(false);
            if (isElsewhere == true) continue;
            // A bad copy elsewhere would be taken for the blob.
            if (isElsewhere == false) return false;
            var location = new BlobLocation(
                pack, table.Salt, table.Length, entry.Offset, entry.StoredLength, entry.PlainLength, entry.Codec);
            if (await _copies.TryReadAsync(entry.Id, location, plain, cancellationToken).ConfigureAwait(false)
                is not null)
                return false;
            await writer.AddAsync(plain.AsMemory(0, entry.PlainLength), cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>True when another pack has a good copy, false when it has only bad ones, null when none has it.
    /// </summary>
    private async Task<bool?> IsElsewhereAsync(
        ChunkId id, IReadOnlySet<ChunkId> packs, CancellationToken cancellationToken)
    {
        bool? found = null;
        foreach (var copy in await repository.Index.FindAllAsync(id, cancellationToken).ConfigureAwait(false))
        {
            if (packs.Contains(copy.Pack) || condemned.Contains(copy.Pack)) continue;
            if (await _copies.IsGoodAsync(id, copy, cancellationToken).ConfigureAwait(false)) return true;
            found = false;
        }

        return found;
    }
}

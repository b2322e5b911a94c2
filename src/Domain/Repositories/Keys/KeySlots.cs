using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Repositories.Keys;

/// <summary>The slots of an encrypted repository: each wraps the same master key by another secret.</summary>
/// <param name="store">The repository's files.</param>
/// <param name="repositoryId">Its id, which is bound into every slot.</param>
/// <param name="time">The clock.</param>
internal sealed class KeySlots(IBlobStore store, string repositoryId, TimeProvider time)
{
    internal const string Folder = "keys/";

    // Slots are read before there is a key, so they are never sealed.
    private readonly DocumentStore _documents = new(store, keys: null);

    /// <summary>The keys, opened by any slot that fits the secret.</summary>
    /// <exception cref="BackupException">No slot fits.</exception>
    internal async Task<RepositoryKeys> OpenAsync(RepositorySecret secret, CancellationToken cancellationToken)
    {
        SlotKey.Validate(secret);
        await foreach (var (_, keys) in FindAsync(secret, cancellationToken).ConfigureAwait(false)) return keys;
        throw new BackupException(
            FailureKind.Failed,
            $"the {NameOf(SlotKey.KindOf(secret))} does not open repository '{store.Location}'; give another one "
            + "(--passphrase-file, --key-file), nothing was read or changed");
    }

    internal async Task<IReadOnlyList<KeySlot>> ListAsync(CancellationToken cancellationToken)
    {
        var slots = new List<KeySlot>();
        foreach (var (id, slot) in await ReadAllAsync(cancellationToken).ConfigureAwait(false))
            slots.Add(new KeySlot(id, slot.Kind, slot.Label, slot.Created));
        return slots;
    }

    /// <summary>Adds a slot.</summary>
    internal async Task<KeySlot> AddAsync(
        RepositoryKeys keys, RepositorySecret secret, string label, CancellationToken cancellationToken)
    {
        SlotKey.Validate(secret);
        var kind = SlotKey.KindOf(secret);
        var slot = new KeySlotDocument
        {
            Kind = kind,
            Label = label,
            Created = time.GetUtcNow(),
            Salt = RandomNumberGenerator.GetBytes(SlotKey.SaltLength),
            Iterations = kind == KeySlotKind.Passphrase ? SlotKey.DefaultIterations : 0,
            Wrapped = [],
        };
        var wrapping = SlotKey.TryDerive(secret, slot)!; // the slot is of the secret's kind
        slot = slot with { Wrapped = SealedBytes.Seal(wrapping, keys.Master, Encoding.ASCII.GetBytes(repositoryId)) };
        var id = RandomNumberGenerator.GetHexString(8, lowercase: true);
        if (!await _documents.WriteAsync(KeyOf(id), slot, RepositoryJson.Default.KeySlotDocument, cancellationToken)
            .ConfigureAwait(false))
            throw new IOException($"key slot '{id}' exists already");
        return new KeySlot(id, kind, label, slot.Created);
    }

    /// <summary>Removes a slot, but never the last one.</summary>
    /// <param name="id">The slot.</param>
    /// <param name="held">The maintenance lock: two that remove a slot each could leave none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">There is no such slot, or no other.</exception>
    internal async Task<KeySlot> RemoveAsync(string id, RepositoryLock held, CancellationToken cancellationToken)
    {
        var slots = await ListAsync(cancellationToken).ConfigureAwait(false);
        var removed = slots.FirstOrDefault(slot => slot.Id == id) ?? throw new BackupException(
            FailureKind.Failed, $"repository '{store.Location}' has no key slot '{id}'; see 'lvbackup key list'");
        if (slots.Count == 1)
            throw new BackupException(
                FailureKind.Failed,
                $"key slot '{id}' is the only one: without it nobody could read repository '{store.Location}'; add "
                + "another first");
        await held.RequireAsync(cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(KeyOf(id), cancellationToken).ConfigureAwait(false);
        return removed;
    }

    /// <summary>Removes all slots but one.</summary>
    /// <param name="id">The one, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task RemoveOthersAsync(string? id, CancellationToken cancellationToken)
    {
        foreach (var key in await store.ListAsync(Folder, cancellationToken).ConfigureAwait(false))
            if (id is null || key != KeyOf(id))
                await store.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Replaces every slot that the old secret opens by one for the new secret.</summary>
    /// <param name="oldSecret">What opens the slots.</param>
    /// <param name="newSecret">What is to open the new one.</param>
    /// <param name="held">The maintenance lock: somebody else could remove the new slot meanwhile.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">No slot fits the old secret.</exception>
    internal async Task<KeySlot> RotateAsync(
        RepositorySecret oldSecret, RepositorySecret newSecret, RepositoryLock held,
        CancellationToken cancellationToken)
    {
        var old = await FindAsync(oldSecret, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        if (old.Count == 0)
            throw new BackupException(FailureKind.Failed, "no key slot fits the old secret; see 'lvbackup key list'");
        var label = old.MinBy(one => one.Slot.Created).Slot.Label;
        var added = await AddAsync(old[0].Keys, newSecret, label, cancellationToken).ConfigureAwait(false);
        await held.RequireAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (slot, _) in old)
            await store.DeleteAsync(KeyOf(slot.Id), cancellationToken).ConfigureAwait(false);
        return added;
    }

    private static string KeyOf(string id) => $"{Folder}{id}.json";

    private static string NameOf(KeySlotKind kind) => kind == KeySlotKind.Passphrase ? "passphrase" : "key file";

    /// <summary>The slots that fit; each is tried when it is asked for, which takes its time.</summary>
    private async IAsyncEnumerable<(KeySlot Slot, RepositoryKeys Keys)> FindAsync(
        RepositorySecret secret, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (id, slot) in await ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryUnwrap(secret, slot) is { } master)
                yield return (new KeySlot(id, slot.Kind, slot.Label, slot.Created), new RepositoryKeys(master));
        }
    }

    private byte[]? TryUnwrap(RepositorySecret secret, KeySlotDocument slot)
    {
        try
        {
            var wrapping = SlotKey.TryDerive(secret, slot);
            var master = wrapping is null
                ? null
                : SealedBytes.TryOpen(wrapping, slot.Wrapped, Encoding.ASCII.GetBytes(repositoryId));
            return master is { Length: RepositoryKeys.MasterLength } ? master : null;
        }
        catch (InvalidDataException)
        {
            return null; // not a slot that this program made; another may fit
        }
    }

    /// <summary>All slots that can be read; damage of one must not lock out who has another.</summary>
    private async Task<IReadOnlyList<(string Id, KeySlotDocument Slot)>> ReadAllAsync(
        CancellationToken cancellationToken)
    {
        var slots = new List<(string, KeySlotDocument)>();
        BackupException? damage = null;
        foreach (var key in await store.ListAsync(Folder, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var slot = await _documents.TryReadAsync(key, RepositoryJson.Default.KeySlotDocument, cancellationToken)
                    .ConfigureAwait(false);
                if (slot is not null) slots.Add((Path.GetFileNameWithoutExtension(key), slot));
            }
            catch (BackupException e) when (e.Kind == FailureKind.Integrity)
            {
                damage = e;
            }
        }

        return slots.Count > 0 || damage is null ? slots : throw damage;
    }
}

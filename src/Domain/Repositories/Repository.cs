using System.Security.Cryptography;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Catalog;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Maps;
using LibvirtBackup.Repositories.Packs;
using LibvirtBackup.Repositories.Points;
using LibvirtBackup.Repositories.Sessions;

namespace LibvirtBackup.Repositories;

/// <summary>
/// A store of restore points. Durable order: packs, index, manifest; so a manifest that exists can be restored.
/// </summary>
public sealed class Repository : IDisposable
{
    private readonly RepositoryConfig _config;
    private readonly RepositoryKeys? _keys;
    private readonly PackCiphers? _ciphers;
    private readonly BlobNames _names;
    private readonly BlobDecoder _decoder;
    private readonly PointCatalog _catalog;
    private readonly TimeProvider _time;

    private Repository(IBlobStore store, RepositoryConfig config, RepositoryKeys? keys, TimeProvider time)
    {
        (Store, _config, _keys, _time) = (store, config, keys, time);
        _ciphers = keys is null ? null : new PackCiphers(keys);
        _names = new BlobNames(keys);
        _decoder = new BlobDecoder(_names, _ciphers);
        Documents = new DocumentStore(store, keys);
        Points = new PointStore(store, Documents);
        _catalog = new PointCatalog(store, Points, keys);
        Locks = new RepositoryLocks(store, Documents, time);
        Uses = new PointUses(store, Documents, Locks, Points, time);
        Notes = new RepositoryNotes(store, Documents);
        Index = new PackIndex(store);
        Reader = new BlobReader(store, Index, _decoder);
    }

    /// <summary>Eight hexadecimal digits that tell repositories apart; part of checkpoint names.</summary>
    public string Id => _config.Id;

    /// <summary>Where it is.</summary>
    public string Location => Store.Location;

    /// <summary>Bytes per chunk.</summary>
    public int ChunkSizeBytes => _config.ChunkSizeBytes;

    /// <summary>True when what is stored can be read only with a key.</summary>
    public bool IsEncrypted => _config.Encrypted;

    internal IBlobStore Store { get; }

    internal DocumentStore Documents { get; }

    internal PointStore Points { get; }

    internal RepositoryLocks Locks { get; }

    internal PointUses Uses { get; }

    internal RepositoryNotes Notes { get; }

    internal PackIndex Index { get; }

    internal BlobReader Reader { get; }

    internal BlobDecoder Decoder => _decoder;

    /// <summary>Makes a repository in a directory, which is created when absent and must hold no repository.</summary>
    /// <exception cref="BackupException">The options make no sense, or a repository is there.</exception>
    public static Task<Repository> CreateAsync(
        string directory, RepositoryOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        CreateAsync(new DirectoryBlobStore(Path.GetFullPath(directory)), options, time, cancellationToken);

    /// <summary>Opens the repository in a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="secret">What opens it; null for one that is not encrypted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">There is none, it is damaged, the secret does not open it, or a newer version
    /// made it.</exception>
    public static Task<Repository> OpenAsync(
        string directory, RepositorySecret? secret, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(new DirectoryBlobStore(Path.GetFullPath(directory)), secret, time, cancellationToken);

    /// <summary>Opens the repository in a directory, which is not encrypted.</summary>
    /// <exception cref="BackupException">There is none, it is damaged or encrypted, or a newer version made it.
    /// </exception>
    public static Task<Repository> OpenAsync(string directory, CancellationToken cancellationToken) =>
        OpenAsync(directory, secret: null, TimeProvider.System, cancellationToken);

    /// <summary>All restore points, oldest first.</summary>
    public Task<PointList> ListPointsAsync(CancellationToken cancellationToken) =>
        _catalog.ListAsync(cancellationToken);

    /// <summary>Ids of points that are known not to restore as a whole: verify found damage in what they need.
    /// </summary>
    public async Task<IReadOnlySet<string>> ListDamagedPointsAsync(CancellationToken cancellationToken)
    {
        var found = await Notes.ListDamagedAsync(cancellationToken).ConfigureAwait(false);
        return found.SelectMany(document => document.Points).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The ids of all points in a directory's repository, oldest first; needs no key.</summary>
    /// <param name="directory">The directory; where no repository is, there are no points.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<string>> ListPointIdsAsync(
        string directory, CancellationToken cancellationToken)
    {
        using var store = new DirectoryBlobStore(Path.GetFullPath(directory));
        return await new PointStore(store, new DocumentStore(store, keys: null)).ListIdsAsync(cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>The point with this id, or the only one whose id starts so.</summary>
    /// <exception cref="BackupException">No point fits, or several do.</exception>
    public async Task<RestorePoint> GetPointAsync(string idOrPrefix, CancellationToken cancellationToken)
    {
        var id = await Points.ResolveAsync(idOrPrefix, cancellationToken).ConfigureAwait(false);
        return await Points.ReadAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The id of the point with this id, or of the only one whose id starts so; its manifest is not read.
    /// </summary>
    /// <exception cref="BackupException">No point fits, or several do.</exception>
    public Task<string> FindPointAsync(string idOrPrefix, CancellationToken cancellationToken) =>
        Points.ResolveAsync(idOrPrefix, cancellationToken);

    /// <summary>
    /// Removes a point, durably. All other points stay as they are; gc gives back the space that only this one needed.
    /// A point that is not there is no error.
    /// </summary>
    /// <param name="point">The point's whole id.</param>
    /// <param name="cancellationToken">Before the removal only.</param>
    /// <exception cref="BackupException">Busy: it is served, or a domain runs from it.</exception>
    public Task ForgetAsync(string point, CancellationToken cancellationToken) =>
        Uses.RemovePointAsync(point, cancellationToken);

    /// <summary>The points that have to stay, and why; one may be there several times.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<PointUse>> ListUsesAsync(CancellationToken cancellationToken) =>
        Uses.ListAsync(cancellationToken);

    /// <summary>The ways to open the repository; none when it is not encrypted.</summary>
    public Task<IReadOnlyList<KeySlot>> ListKeysAsync(CancellationToken cancellationToken) =>
        Slots.ListAsync(cancellationToken);

    /// <summary>Adds a way to open the repository.</summary>
    /// <param name="secret">The new secret.</param>
    /// <param name="label">What to call it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">The repository is not encrypted, or the secret makes no sense.</exception>
    public Task<KeySlot> AddKeyAsync(RepositorySecret secret, string label, CancellationToken cancellationToken) =>
        Slots.AddAsync(RequireKeys(), secret, label, cancellationToken);

    /// <summary>Removes a way to open the repository; not the last one.</summary>
    /// <param name="slot">The slot's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What it was.</returns>
    /// <exception cref="BackupException">There is no such slot, or no other; or another process does maintenance.
    /// </exception>
    public async Task<KeySlot> RemoveKeyAsync(string slot, CancellationToken cancellationToken)
    {
        RequireKeys();
        // Two that remove a slot each at the same time could leave none.
        var held = await MaintenanceLock.TakeAsync(this, "key remove", cancellationToken).ConfigureAwait(false);
        await using var closing = held.ConfigureAwait(false);
        return await Slots.RemoveAsync(slot, held, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Replaces a secret by another. The old one opens nothing any more, but works until the new one does.
    /// </summary>
    /// <exception cref="BackupException">The old secret opens nothing, or the new one makes no sense; or another
    /// process does maintenance.</exception>
    public async Task<KeySlot> RotateKeyAsync(
        RepositorySecret oldSecret, RepositorySecret newSecret, CancellationToken cancellationToken)
    {
        RequireKeys();
        var held = await MaintenanceLock.TakeAsync(this, "key rotate", cancellationToken).ConfigureAwait(false);
        await using var closing = held.ConfigureAwait(false);
        return await Slots.RotateAsync(oldSecret, newSecret, held, cancellationToken).ConfigureAwait(false);
    }

    private KeySlots Slots => new(Store, Id, _time);

    internal static async Task<Repository> CreateAsync(
        IBlobStore store, RepositoryOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        options.Validate();
        await ConfigStore.RefuseExistingAsync(store, cancellationToken).ConfigureAwait(false);
        var config = new RepositoryConfig
        {
            Version = RepositoryConfig.CurrentVersion,
            Id = RandomNumberGenerator.GetHexString(8, lowercase: true),
            ChunkSizeBytes = options.ChunkSizeBytes,
            CompressionLevel = options.CompressionLevel,
            Encrypted = options.Secret is not null,
            Created = time.GetUtcNow(),
        };
        RepositoryKeys? keys = null;
        KeySlot? slot = null;
        if (options.Secret is { } secret)
        {
            keys = RepositoryKeys.Create();
            slot = await new KeySlots(store, config.Id, time).AddAsync(keys, secret, "first", cancellationToken)
                .ConfigureAwait(false);
        }

        await DiskReserve.TryRefillAsync(store, cancellationToken).ConfigureAwait(false);

        // Last: from here on it is a repository.
        await ConfigStore.WriteAsync(store, config, cancellationToken).ConfigureAwait(false);
        // An init that was interrupted has left a slot that opens nothing, and that nobody should count on.
        await new KeySlots(store, config.Id, time).RemoveOthersAsync(slot?.Id, cancellationToken).ConfigureAwait(false);
        return new Repository(store, config, keys, time);
    }

    internal static async Task<Repository> OpenAsync(
        IBlobStore store, RepositorySecret? secret, TimeProvider time, CancellationToken cancellationToken)
    {
        var config = await ConfigStore.ReadAsync(store, cancellationToken).ConfigureAwait(false);
        var keys = await RepositoryAccess.OpenAsync(store, config, secret, time, cancellationToken)
            .ConfigureAwait(false);
        return new Repository(store, config, keys, time);
    }

    internal static Task<Repository> OpenAsync(IBlobStore store, CancellationToken cancellationToken) =>
        OpenAsync(store, secret: null, TimeProvider.System, cancellationToken);

    /// <summary>Begins to write. What the session may rely on is not deleted until it is disposed.</summary>
    /// <param name="purpose">What is being done, for people.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal Task<BlobWriter> BeginWriteAsync(string purpose, CancellationToken cancellationToken) =>
        BeginWriteAsync(purpose, new HashSet<ChunkId>(), cancellationToken);

    /// <summary>Begins to write; what only some packs have is stored again.</summary>
    internal async Task<BlobWriter> BeginWriteAsync(
        string purpose, IReadOnlySet<ChunkId> except, CancellationToken cancellationToken)
    {
        // In this order, so that either this session knows of a condemnation or gc knows of this session.
        var held = await Locks.TakeSessionAsync(purpose, cancellationToken).ConfigureAwait(false);
        try
        {
            var condemned = await Notes.ListCondemnedPacksAsync(cancellationToken).ConfigureAwait(false);
            var damaged = await Notes.ListDamagedAsync(cancellationToken).ConfigureAwait(false);
            await Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
            var known = new KnownBlobs(
                Store, Index, new BlobCopies(Store, _decoder), condemned.Concat(except),
                [.. damaged.SelectMany(found => found.Blobs).Select(ChunkId.Parse)]);
            return new BlobWriter(Store, Index, known, _keys, _config.CompressionLevel, held);
        }
        catch
        {
            await held.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The name that a blob of these bytes has here.</summary>
    internal ChunkId NameOf(ReadOnlySpan<byte> plain) => _names.NameOf(plain);

    /// <summary>The map of a point's disk.</summary>
    internal DiskMap OpenMap(RestorePointDisk disk) =>
        new(Reader, new MapShape(disk.VirtualSizeBytes, ChunkSizeBytes), MapEntry.Parse(disk.Root));

    /// <summary>The map of a point's file.</summary>
    internal DiskMap OpenMap(PointAttachment file) =>
        new(Reader, new MapShape(file.SizeBytes, ChunkSizeBytes), MapEntry.Parse(file.Root));

    /// <summary>Makes a point exist, durably. Its blobs must have been finished before.</summary>
    internal async Task CommitAsync(RestorePoint point, CancellationToken cancellationToken)
    {
        await Points.WriteAsync(point, cancellationToken).ConfigureAwait(false);
        await _catalog.RefreshAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Index.Dispose();
        _decoder.Dispose();
        _ciphers?.Dispose();
        (Store as IDisposable)?.Dispose();
    }

    private RepositoryKeys RequireKeys() => _keys ?? throw new BackupException(
        FailureKind.Failed,
        $"repository '{Location}' is not encrypted and has no keys; encryption is chosen by 'lvbackup init --encrypt'");
}

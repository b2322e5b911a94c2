using System.Security.Cryptography;
using System.Text.Json;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maps;
using LibvirtBackup.Repositories.Packs;
using LibvirtBackup.Repositories.Points;

namespace LibvirtBackup.Repositories;

/// <summary>
/// A store of restore points. Durable order: packs, index, manifest; so a manifest that exists can be restored.
/// </summary>
public sealed class Repository : IDisposable
{
    private const string ConfigKey = "config.json";

    private readonly IBlobStore _store;
    private readonly RepositoryConfig _config;
    private readonly PackIndex _index = new();

    private Repository(IBlobStore store, RepositoryConfig config)
    {
        (_store, _config) = (store, config);
        Reader = new BlobReader(store, _index);
    }

    /// <summary>Eight hexadecimal digits that tell repositories apart; part of checkpoint names.</summary>
    public string Id => _config.Id;

    /// <summary>Where it is.</summary>
    public string Location => _store.Location;

    /// <summary>Bytes per chunk.</summary>
    public int ChunkSizeBytes => _config.ChunkSizeBytes;

    /// <summary>True when what is stored can be read only with a key.</summary>
    public bool IsEncrypted => _config.Encrypted;

    internal BlobReader Reader { get; }

    /// <summary>Makes a repository in a directory, which is created when absent and must hold no repository.</summary>
    /// <exception cref="BackupException">The options make no sense, or a repository is there.</exception>
    public static Task<Repository> CreateAsync(
        string directory, RepositoryOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        CreateAsync(new DirectoryBlobStore(Path.GetFullPath(directory)), options, time, cancellationToken);

    /// <summary>Opens the repository in a directory.</summary>
    /// <exception cref="BackupException">There is none, it is damaged, or a newer version made it.</exception>
    public static Task<Repository> OpenAsync(string directory, CancellationToken cancellationToken) =>
        OpenAsync(new DirectoryBlobStore(Path.GetFullPath(directory)), cancellationToken);

    /// <summary>All restore points, oldest first.</summary>
    /// <exception cref="BackupException">Integrity: a manifest is damaged.</exception>
    public async Task<IReadOnlyList<RestorePoint>> ListPointsAsync(CancellationToken cancellationToken)
    {
        var points = new List<RestorePoint>();
        foreach (var key in await _store.ListAsync("points/", cancellationToken).ConfigureAwait(false))
            points.Add(await ReadPointAsync(key, cancellationToken).ConfigureAwait(false));
        await LoadNewIndexesAsync(cancellationToken).ConfigureAwait(false);
        return [.. points.OrderBy(point => point.Time).ThenBy(point => point.Id, StringComparer.Ordinal)];
    }

    /// <summary>The point with this id, or the only one whose id starts so.</summary>
    /// <exception cref="BackupException">No point fits, or several do.</exception>
    public async Task<RestorePoint> GetPointAsync(string idOrPrefix, CancellationToken cancellationToken) =>
        await ReadPointAndIndexesAsync(
                PointKey(await FindPointAsync(idOrPrefix, cancellationToken).ConfigureAwait(false)), cancellationToken)
            .ConfigureAwait(false);

    /// <summary>The id of the point with this id, or of the only one whose id starts so; its manifest is not read.
    /// </summary>
    /// <exception cref="BackupException">No point fits, or several do.</exception>
    public async Task<string> FindPointAsync(string idOrPrefix, CancellationToken cancellationToken)
    {
        var keys = await _store.ListAsync("points/", cancellationToken).ConfigureAwait(false);
        var fitting = keys.Where(key => key == PointKey(idOrPrefix)).ToList();
        if (fitting.Count == 0 && idOrPrefix.Length > 0)
            fitting = [.. keys.Where(key => key.StartsWith($"points/{idOrPrefix}", StringComparison.Ordinal))];
        return fitting switch
        {
            [var only] => only["points/".Length..^".json".Length],
            [] => throw new BackupException(
                FailureKind.Failed, $"no restore point '{idOrPrefix}' in repository '{Location}'; see 'lvbackup list'"),
            _ => throw new BackupException(
                FailureKind.Failed, $"'{idOrPrefix}' fits {fitting.Count} restore points; give more of the id"),
        };
    }

    /// <summary>
    /// Removes a point, durably. All other points stay as they are; gc gives back the space that only this one needed.
    /// A point that is not there is no error.
    /// </summary>
    /// <param name="point">The point's whole id.</param>
    /// <param name="cancellationToken">Before the removal only.</param>
    public Task ForgetAsync(string point, CancellationToken cancellationToken)
    {
        // A name that leads out of the folder must not delete anything there.
        if (point.Contains('/', StringComparison.Ordinal))
            throw new ArgumentException($"'{point}' is no restore point's id", nameof(point));
        return _store.DeleteAsync(PointKey(point), cancellationToken);
    }

    internal static async Task<Repository> CreateAsync(
        IBlobStore store, RepositoryOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        options.Validate();
        var config = new RepositoryConfig
        {
            Version = RepositoryConfig.CurrentVersion,
            Id = RandomNumberGenerator.GetHexString(8, lowercase: true),
            ChunkSizeBytes = options.ChunkSizeBytes,
            Created = time.GetUtcNow(),
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(config, PointJson.Default.RepositoryConfig);
        if (!await store.PutIfAbsentAsync(ConfigKey, json, cancellationToken).ConfigureAwait(false))
            throw new BackupException(
                FailureKind.Failed,
                $"'{store.Location}' holds a repository already; use it, or choose another directory");
        return new Repository(store, config);
    }

    internal static async Task<Repository> OpenAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        var repository = new Repository(store, await ReadConfigAsync(store, cancellationToken).ConfigureAwait(false));
        await repository.LoadNewIndexesAsync(cancellationToken).ConfigureAwait(false);
        return repository;
    }

    internal BlobWriter BeginWrite() => new(_store, _index);

    /// <summary>The map of a point's disk.</summary>
    internal DiskMap OpenMap(RestorePointDisk disk) =>
        new(Reader, new MapShape(disk.VirtualSizeBytes, ChunkSizeBytes), MapEntry.Parse(disk.Root));

    /// <summary>Makes a point exist, durably. Its blobs must have been finished before.</summary>
    internal async Task CommitAsync(RestorePoint point, CancellationToken cancellationToken)
    {
        var manifest = PointFormat.Write(point);
        if (!await _store.PutIfAbsentAsync(PointKey(point.Id), manifest, cancellationToken).ConfigureAwait(false))
            throw new InvalidOperationException($"restore point '{point.Id}' exists already");
    }

    /// <inheritdoc/>
    public void Dispose() => Reader.Dispose();

    private static string PointKey(string id) => $"points/{id}.json";

    private static async Task<RepositoryConfig> ReadConfigAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        try
        {
            var json = await store.ReadAllAsync(ConfigKey, cancellationToken).ConfigureAwait(false);
            var config = JsonSerializer.Deserialize(json, PointJson.Default.RepositoryConfig);
            if (config?.Version == RepositoryConfig.CurrentVersion) return config;
            throw new BackupException(
                FailureKind.NotSupported,
                $"repository '{store.Location}' has format {config?.Version}, this program reads format "
                + $"{RepositoryConfig.CurrentVersion}; use the program that made it");
        }
        catch (BlobMissingException)
        {
            throw new BackupException(
                FailureKind.Failed, $"no repository in '{store.Location}'; make one with 'lvbackup init -r DIR'");
        }
        catch (JsonException e)
        {
            throw new BackupException(
                FailureKind.Integrity, $"repository '{store.Location}' is damaged: {ConfigKey}: {e.Message}", e);
        }
    }

    private async Task<RestorePoint> ReadPointAndIndexesAsync(string key, CancellationToken cancellationToken)
    {
        var point = await ReadPointAsync(key, cancellationToken).ConfigureAwait(false);
        await LoadNewIndexesAsync(cancellationToken).ConfigureAwait(false);
        return point;
    }

    /// <summary>
    /// Loads what other processes have added. An index is durable before the manifests that need it, so calling this
    /// after a manifest was read makes all of its blobs known.
    /// </summary>
    private async Task LoadNewIndexesAsync(CancellationToken cancellationToken)
    {
        foreach (var key in await _store.ListAsync("indexes/", cancellationToken).ConfigureAwait(false))
        {
            if (_index.HasFile(key)) continue;
            var file = await _store.ReadAllAsync(key, cancellationToken).ConfigureAwait(false);
            try
            {
                _index.Add(key, IndexFormat.Read(file));
            }
            catch (InvalidDataException e)
            {
                throw Damaged(key, e);
            }
        }
    }

    private async Task<RestorePoint> ReadPointAsync(string key, CancellationToken cancellationToken)
    {
        var manifest = await _store.ReadAllAsync(key, cancellationToken).ConfigureAwait(false);
        try
        {
            return PointFormat.Read(manifest);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(key, e);
        }
    }

    private BackupException Damaged(string key, InvalidDataException e) =>
        new(FailureKind.Integrity, $"repository '{Location}' is damaged: {key}: {e.Message}", e);
}

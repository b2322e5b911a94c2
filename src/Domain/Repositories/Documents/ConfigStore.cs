using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Documents;

/// <summary>The configuration file: what makes a place a repository.</summary>
internal static class ConfigStore
{
    /// <summary>Makes the place a repository, unless it is one.</summary>
    /// <exception cref="BackupException">It is one.</exception>
    internal static async Task WriteAsync(
        IBlobStore store, RepositoryConfig config, CancellationToken cancellationToken)
    {
        if (!await new DocumentStore(store, keys: null)
            .WriteAsync(RepositoryConfig.Key, config, RepositoryJson.Default.RepositoryConfig, cancellationToken)
            .ConfigureAwait(false))
            throw Exists(store);
    }

    /// <exception cref="BackupException">A repository is there already, or what is left of one.</exception>
    internal static async Task RefuseExistingAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        if (await store.GetLengthAsync(RepositoryConfig.Key, cancellationToken).ConfigureAwait(false) is not null)
            throw Exists(store);
        foreach (var folder in new[] { "points/", PackFormat.Folder })
            if ((await store.ListAsync(folder, cancellationToken).ConfigureAwait(false)).Count > 0)
                throw new BackupException(
                    FailureKind.Failed,
                    $"'{store.Location}' was a repository: {folder} is not empty, but {RepositoryConfig.Key} is gone; "
                    + "bring that file back from a copy, or choose another directory");
    }

    /// <exception cref="BackupException">There is no repository, it is damaged, or a newer version made it.</exception>
    internal static async Task<RepositoryConfig> ReadAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        RepositoryConfig? config;
        try
        {
            config = await new DocumentStore(store, keys: null)
                .TryReadAsync(RepositoryConfig.Key, ConfigReader.Read, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"'{store.Location}' cannot be read by user '{Environment.UserName}'; run as root, or as the user "
                + "whose repository it is",
                e);
        }

        if (config is null)
            throw new BackupException(
                FailureKind.Failed, $"no repository in '{store.Location}'; make one with 'lvbackup init -r DIR'");
        if (config.Version != RepositoryConfig.CurrentVersion)
            throw new BackupException(
                FailureKind.NotSupported,
                $"repository '{store.Location}' has format {config.Version}, this program reads format "
                + $"{RepositoryConfig.CurrentVersion}; use the program that made it");
        if (!RepositoryOptions.IsChunkSize(config.ChunkSizeBytes))
            throw Damage.OfFile(
                store.Location, RepositoryConfig.Key, $"no repository has chunks of {config.ChunkSizeBytes} bytes",
                cause: null);
        return config;
    }

    private static BackupException Exists(IBlobStore store) => new(
        FailureKind.Failed, $"'{store.Location}' holds a repository already; use it, or choose another directory");
}

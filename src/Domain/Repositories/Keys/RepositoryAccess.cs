using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Repositories.Keys;

/// <summary>Whether a secret fits a repository, and the keys that it gives.</summary>
internal static class RepositoryAccess
{
    /// <returns>The keys; null for a repository that is not encrypted.</returns>
    /// <exception cref="BackupException">
    /// It is encrypted and the secret opens nothing; or it is not, and there is a secret: whoever gives one must
    /// neither read nor write in the open because somebody changed a file.
    /// </exception>
    internal static async Task<RepositoryKeys?> OpenAsync(
        IBlobStore store, RepositoryConfig config, RepositorySecret? secret, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (secret is null)
            return config.Encrypted
                ? throw new BackupException(
                    FailureKind.Failed,
                    $"repository '{store.Location}' is encrypted; give --passphrase-file or --key-file")
                : null;
        if (!config.Encrypted)
            throw new BackupException(
                FailureKind.Failed,
                $"repository '{store.Location}' is not encrypted, and a key was given: leave out --passphrase-file "
                + "and --key-file, and LVBACKUP_PASSPHRASE_FILE and LVBACKUP_KEY_FILE; if it was encrypted before, "
                + "somebody has changed its config.json: bring that back from a copy");
        return await new KeySlots(store, config.Id, time).OpenAsync(secret, cancellationToken).ConfigureAwait(false);
    }
}

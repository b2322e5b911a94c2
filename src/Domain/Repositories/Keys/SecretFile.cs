namespace LibvirtBackup.Repositories.Keys;

/// <summary>
/// Reads secrets from files: on the command line or in the environment every process of the host could see them.
/// </summary>
public static class SecretFile
{
    // More than a key file may have, so that a wrong file is refused for its size and not read whole.
    private const int Limit = 8192;

    /// <summary>The secret in the file that is named, or null when none is.</summary>
    /// <param name="passphraseFile">A file whose first line is a passphrase, or null.</param>
    /// <param name="keyFile">A file whose whole content is a key, or null.</param>
    /// <exception cref="BackupException">Both are named, or the file cannot be read.</exception>
    public static RepositorySecret? Read(string? passphraseFile, string? keyFile)
    {
        if (passphraseFile is not null && keyFile is not null)
            throw new BackupException(
                FailureKind.Usage, "both a passphrase file and a key file are named; leave one out");
        if (keyFile is not null)
            return new RepositorySecret.KeyFile(ReadBytes(keyFile));
        if (passphraseFile is null)
            return null;

        var text = System.Text.Encoding.UTF8.GetString(ReadBytes(passphraseFile));
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return new RepositorySecret.Passphrase((end < 0 ? text : text[..end]).TrimEnd('\r'));
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var buffer = new byte[Limit];
            return buffer[..file.ReadAtLeast(buffer, Limit, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Failed, $"cannot read the secret in '{path}': {e.Message}", e);
        }
    }
}

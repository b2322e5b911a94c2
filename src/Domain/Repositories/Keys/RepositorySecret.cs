namespace LibvirtBackup.Repositories.Keys;

/// <summary>What opens an encrypted repository.</summary>
public abstract record RepositorySecret
{
    private RepositorySecret()
    {
    }

    /// <summary>Hides the secret.</summary>
    public sealed override string ToString() => GetType().Name;

    /// <summary>A passphrase, at least one character.</summary>
    /// <param name="Text">The passphrase.</param>
    public sealed record Passphrase(string Text) : RepositorySecret;

    /// <summary>The content of a key file: 32 to 4096 bytes that nobody can guess.</summary>
    /// <param name="Content">The bytes.</param>
    public sealed record KeyFile(ReadOnlyMemory<byte> Content) : RepositorySecret;
}

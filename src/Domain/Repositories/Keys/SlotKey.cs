using System.Security.Cryptography;
using System.Text;

namespace LibvirtBackup.Repositories.Keys;

/// <summary>The key that a secret makes for one slot.</summary>
internal static class SlotKey
{
    /// <summary>
    /// Rounds of PBKDF2-HMAC-SHA256 for new slots: OWASP's password storage cheat sheet, as of 2023.
    /// </summary>
    internal const int DefaultIterations = 600_000;

    internal const int SaltLength = 32;

    private const int KeyLength = 32;

    // More than this in a slot file is damage or an attack, not a choice.
    private const int MaximumIterations = 100_000_000;

    /// <summary>The slot's key; null when the slot is for another kind of secret.</summary>
    /// <exception cref="InvalidDataException">The slot's parameters make no sense.</exception>
    internal static byte[]? TryDerive(RepositorySecret secret, KeySlotDocument slot)
    {
        if (slot.Salt.Length != SaltLength) throw new InvalidDataException("the salt has not 32 bytes");
        switch (secret, slot.Kind)
        {
            case (RepositorySecret.Passphrase passphrase, KeySlotKind.Passphrase):
                if (slot.Iterations is < DefaultIterations or > MaximumIterations)
                    throw new InvalidDataException($"{slot.Iterations} iterations make no sense");
                return Rfc2898DeriveBytes.Pbkdf2(
                    Encoding.UTF8.GetBytes(passphrase.Text), slot.Salt, slot.Iterations, HashAlgorithmName.SHA256,
                    KeyLength);
            case (RepositorySecret.KeyFile file, KeySlotKind.KeyFile):
                return HKDF.DeriveKey(
                    HashAlgorithmName.SHA256, file.Content.ToArray(), KeyLength, slot.Salt, "lvb key file"u8.ToArray());
            default:
                return null;
        }
    }

    internal static KeySlotKind KindOf(RepositorySecret secret) =>
        secret is RepositorySecret.Passphrase ? KeySlotKind.Passphrase : KeySlotKind.KeyFile;

    /// <exception cref="BackupException">Usage: the secret is too short or too long.</exception>
    internal static void Validate(RepositorySecret secret)
    {
        if (secret is RepositorySecret.Passphrase { Text.Length: 0 })
            throw new BackupException(FailureKind.Usage, "the passphrase is empty; give one that nobody can guess");
        if (secret is RepositorySecret.KeyFile { Content.Length: < 32 or > 4096 } file)
            throw new BackupException(
                FailureKind.Usage,
                $"the key file has {file.Content.Length} bytes; it needs 32 to 4096 that nobody can guess "
                + "('head -c 32 /dev/urandom > FILE')");
    }
}

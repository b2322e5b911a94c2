using System.Security.Cryptography;
using System.Text;

namespace LibvirtBackup.Repositories.Keys;

/// <summary>The keys of an encrypted repository, all made from one master key.</summary>
internal sealed class RepositoryKeys(byte[] master)
{
    internal const int MasterLength = 32;

    /// <summary>The master key, to wrap it for another slot.</summary>
    internal ReadOnlySpan<byte> Master => master;

    /// <summary>Makes the ids of blobs.</summary>
    internal byte[] IdKey { get; } = Derive(master, "lvb id");

    /// <summary>Makes the keys of packs.</summary>
    internal byte[] DataKey { get; } = Derive(master, "lvb data");

    /// <summary>Seals documents.</summary>
    internal byte[] DocumentKey { get; } = Derive(master, "lvb document");

    internal static RepositoryKeys Create() => new(RandomNumberGenerator.GetBytes(MasterLength));

    private static byte[] Derive(byte[] master, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, 32, salt: null, Encoding.ASCII.GetBytes(purpose));
}

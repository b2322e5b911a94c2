using System.Collections.Concurrent;

namespace LibvirtBackup.Repositories.Keys;

/// <summary>The ciphers of the packs that are being read, by salt.</summary>
internal sealed class PackCiphers(RepositoryKeys keys) : IDisposable
{
    private const int Limit = 256;

    private readonly ConcurrentDictionary<PackSalt, PackCipher> _ciphers = new();

    internal PackCipher For(PackSalt salt)
    {
        if (_ciphers.TryGetValue(salt, out var known)) return known;
        // Who uses one that is dropped here goes on with it; the collector takes what it holds.
        if (_ciphers.Count >= Limit) _ciphers.Clear();
        return _ciphers.GetOrAdd(salt, static (salt, keys) => new PackCipher(keys, salt), keys);
    }

    public void Dispose()
    {
        foreach (var cipher in _ciphers.Values) cipher.Dispose();
    }
}

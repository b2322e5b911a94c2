using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Documents;

/// <summary>Reads and writes the repository's JSON files; what is handed out matched its hash.</summary>
internal sealed class DocumentStore(IBlobStore store, RepositoryKeys? keys)
{
    /// <summary>Stores a document; false, and nothing done, when the key exists.</summary>
    internal Task<bool> WriteAsync<T>(
        string key, T document, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(document, type);
        return store.PutIfAbsentAsync(key, DocumentFormat.Write(key, body, keys), cancellationToken);
    }

    /// <exception cref="BlobMissingException">There is none.</exception>
    /// <exception cref="BackupException">Integrity: it is damaged.</exception>
    internal Task<T> ReadAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        ReadAsync(key, body => Parse(body, type), cancellationToken);

    /// <summary>As <see cref="ReadAsync{T}(string, JsonTypeInfo{T}, CancellationToken)"/>, but null when somebody has
    /// deleted the document meanwhile.</summary>
    internal Task<T?> TryReadAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => TryReadAsync(key, body => Parse(body, type), cancellationToken);

    /// <summary>Reads a document; null when there is none.</summary>
    /// <param name="key">The document.</param>
    /// <param name="parse">Makes an object of the body's bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">Integrity: it is damaged.</exception>
    internal async Task<T?> TryReadAsync<T>(
        string key, Func<ReadOnlyMemory<byte>, T> parse, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await ReadAsync(key, parse, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobMissingException)
        {
            return null;
        }
    }

    private static T Parse<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(body.Span, type) ?? throw new InvalidDataException("it is empty");

    private async Task<T> ReadAsync<T>(
        string key, Func<ReadOnlyMemory<byte>, T> parse, CancellationToken cancellationToken)
    {
        try
        {
            var file = await store.ReadAllAsync(key, cancellationToken).ConfigureAwait(false);
            return parse(DocumentFormat.Read(key, file, keys));
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or BlobUnreadableException)
        {
            throw Damage.OfFile(store.Location, key, e.Message, e);
        }
    }
}

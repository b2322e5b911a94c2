using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Documents;

/// <summary>
/// The JSON files of a repository: <c>{"sha256":"...","body":{...}}</c>, or encrypted
/// <c>{"sha256":"...","sealed":"..."}</c>. The hash is over what the second member holds, as it stands there or before
/// base64; so damage is found without a key.
/// </summary>
internal static class DocumentFormat
{
    private const string Hash = "sha256";
    private const string Body = "body";
    private const string Sealed = "sealed";

    internal static byte[] Write(string key, ReadOnlySpan<byte> body, RepositoryKeys? keys)
    {
        var buffer = new ArrayBufferWriter<byte>((body.Length * (keys is null ? 1 : 2)) + 256);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        if (keys is null)
        {
            writer.WriteString(Hash, Convert.ToHexStringLower(SHA256.HashData(body)));
            writer.WritePropertyName(Body);
            writer.WriteRawValue(body, skipInputValidation: true);
        }
        else
        {
            var text = SealedBytes.Seal(keys.DocumentKey, body, Encoding.UTF8.GetBytes(key));
            writer.WriteString(Hash, Convert.ToHexStringLower(SHA256.HashData(text)));
            writer.WriteBase64String(Sealed, text);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The body's bytes.</summary>
    /// <exception cref="InvalidDataException">The file is no such document, is damaged, or sealed by other keys.
    /// </exception>
    internal static ReadOnlyMemory<byte> Read(string key, ReadOnlyMemory<byte> file, RepositoryKeys? keys)
    {
        var (content, isSealed) = Check(file);
        if (!isSealed) return content;
        if (keys is null) throw new InvalidDataException("the document is encrypted, and no key was given");
        return SealedBytes.TryOpen(keys.DocumentKey, content.Span, Encoding.UTF8.GetBytes(key))
            ?? throw new InvalidDataException("the document was sealed by other keys or under another name");
    }

    /// <summary>What the file holds, body or sealed bytes, after its hash has been checked.</summary>
    /// <exception cref="InvalidDataException">The file is no such document, or is damaged.</exception>
    internal static (ReadOnlyMemory<byte> Content, bool IsSealed) Check(ReadOnlyMemory<byte> file)
    {
        try
        {
            using var document = JsonDocument.Parse(file);
            var root = document.RootElement;
            var isSealed = root.TryGetProperty(Sealed, out var text);
            ReadOnlyMemory<byte> content = isSealed
                ? text.GetBytesFromBase64()
                : Encoding.UTF8.GetBytes(root.GetProperty(Body).GetRawText());
            if (root.GetProperty(Hash).GetString() != Convert.ToHexStringLower(SHA256.HashData(content.Span)))
                throw new InvalidDataException("the document does not match its checksum");
            return (content, isSealed);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new InvalidDataException($"not a document of a repository: {e.Message}", e);
        }
    }
}

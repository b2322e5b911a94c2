using System.Buffers;
using System.Buffers.Text;
using System.Text;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Documents;

/// <summary>
/// The JSON files of a repository: <c>{"sha256":"...","body":{...}}</c>, or encrypted
/// <c>{"sha256":"...","sealed":"..."}</c>. The hash is over what the second member holds, as it stands there or before
/// base64; so damage is found without a key.
/// </summary>
internal static class DocumentFormat
{
    private const int HashLength = 2 * ChunkId.Size;

    private static ReadOnlySpan<byte> Start => "{\"sha256\":\""u8;

    private static ReadOnlySpan<byte> BeforeBody => "\",\"body\":"u8;

    private static ReadOnlySpan<byte> AfterBody => "}"u8;

    private static ReadOnlySpan<byte> BeforeSealed => "\",\"sealed\":\""u8;

    private static ReadOnlySpan<byte> AfterSealed => "\"}"u8;

    private static int HashAt => Start.Length;

    internal static byte[] Write(string key, ReadOnlySpan<byte> body, RepositoryKeys? keys)
    {
        var isSealed = keys is not null;
        var content = keys is null
            ? body
            : SealedBytes.Seal(keys.DocumentKey, body, Encoding.UTF8.GetBytes(key));
        var text = isSealed ? Encoding.ASCII.GetBytes(Convert.ToBase64String(content)) : content;
        var hash = Encoding.ASCII.GetBytes(ChunkId.Compute(content).ToString());
        return
        [
            .. Start, .. hash, .. isSealed ? BeforeSealed : BeforeBody, .. text, .. isSealed ? AfterSealed : AfterBody,
        ];
    }

    /// <summary>The body's bytes. With keys only what was sealed by them is one: anybody can write another.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is no such document, is damaged, sealed by other keys, or not sealed although there are keys.
    /// </exception>
    internal static ReadOnlyMemory<byte> Read(string key, ReadOnlyMemory<byte> file, RepositoryKeys? keys)
    {
        var (content, isSealed) = Check(file);
        if (keys is null)
            return isSealed
                ? throw new InvalidDataException("the document is encrypted, and no key was given")
                : content;
        if (!isSealed)
            throw new InvalidDataException("the document is not encrypted, as all of this repository are");
        return SealedBytes.TryOpen(keys.DocumentKey, content.Span, Encoding.UTF8.GetBytes(key))
            ?? throw new InvalidDataException("the document was sealed by other keys or under another name");
    }

    /// <summary>What the file holds, body or sealed bytes, after its hash has been checked.</summary>
    /// <exception cref="InvalidDataException">The file is no such document, or is damaged.</exception>
    internal static (ReadOnlyMemory<byte> Content, bool IsSealed) Check(ReadOnlyMemory<byte> file)
    {
        // The bytes around the body are always the same, so no parser has to look for it.
        var bytes = file.Span;
        if (bytes.Length < HashAt + HashLength || !bytes.StartsWith(Start)) throw NoDocument();
        var rest = bytes[(HashAt + HashLength)..];
        var isSealed = rest.StartsWith(BeforeSealed);
        var before = isSealed ? BeforeSealed : BeforeBody;
        var after = isSealed ? AfterSealed : AfterBody;
        if (!rest.StartsWith(before) || !rest.EndsWith(after) || rest.Length < before.Length + after.Length)
            throw NoDocument();
        var text = file[(HashAt + HashLength + before.Length)..^after.Length];
        var content = isSealed ? Unpack(text.Span) : text;
        if (ChunkId.Compute(content.Span).ToString() != Encoding.Latin1.GetString(bytes.Slice(HashAt, HashLength)))
            throw new InvalidDataException("the document does not match its checksum");
        return (content, isSealed);
    }

    private static byte[] Unpack(ReadOnlySpan<byte> text)
    {
        var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, buffer, out _, out var length) != OperationStatus.Done) throw NoDocument();
        // There are texts that decode alike; only one of them was written.
        var again = new byte[Base64.GetMaxEncodedToUtf8Length(length)];
        Base64.EncodeToUtf8(buffer.AsSpan(0, length), again, out _, out var written);
        return again.AsSpan(0, written).SequenceEqual(text) ? buffer[..length] : throw NoDocument();
    }

    private static InvalidDataException NoDocument() => new("not a document of a repository");
}

using System.Buffers.Binary;
using System.Text;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Exports.Protocol;

/// <summary>
/// Writes replies. Thread-safe: one piece goes out after the other, and parts of several replies may be mixed.
/// </summary>
internal sealed class NbdReplyWriter(Stream stream, NbdDialect dialect) : IDisposable
{
    /// <summary>The longest header of a part: extended, with the offset of what follows.</summary>
    internal const int MostHeaderBytes = 32 + sizeof(ulong);

    private const ushort Done = 1;

    /// <summary>The longest reason that is given.</summary>
    private const int MostTextLength = 1000;

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Whether an answer can come in parts, the last of which may be an error.</summary>
    internal bool HasParts => dialect != NbdDialect.Simple;

    /// <summary>An answer without data.</summary>
    internal Task SendDoneAsync(NbdRequest request, CancellationToken cancellationToken)
    {
        var bytes = new byte[MostHeaderBytes];
        var length = HasParts
            ? WriteHeader(bytes, request, NbdChunk.None, 0, isLast: true)
            : WriteSimple(bytes, request, NbdError.None);
        return SendAsync(bytes.AsMemory(0, length), cancellationToken);
    }

    /// <summary>A refusal, with a reason for people.</summary>
    internal Task SendErrorAsync(
        NbdRequest request, NbdError error, string why, CancellationToken cancellationToken)
    {
        if (!HasParts)
        {
            var simple = new byte[MostHeaderBytes];
            return SendAsync(simple.AsMemory(0, WriteSimple(simple, request, error)), cancellationToken);
        }

        var text = Encoding.UTF8.GetBytes(why.Length > MostTextLength ? why[..MostTextLength] : why);
        var bytes = new byte[MostHeaderBytes + 6 + text.Length];
        var at = WriteHeader(bytes, request, NbdChunk.Error, 6 + text.Length, isLast: true);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), (uint)error);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at + 4), (ushort)text.Length);
        text.CopyTo(bytes, at + 6);
        return SendAsync(bytes.AsMemory(0, at + 6 + text.Length), cancellationToken);
    }

    /// <summary>Writes what goes before the data of a read that is answered as a whole.</summary>
    /// <param name="target">At least <see cref="MostHeaderBytes"/> bytes.</param>
    /// <param name="request">The request.</param>
    /// <returns>The header's length.</returns>
    internal int WriteDataHeader(Span<byte> target, NbdRequest request)
    {
        if (!HasParts) return WriteSimple(target, request, NbdError.None);
        var length = WriteHeader(
            target, request, NbdChunk.OffsetData, sizeof(ulong) + (int)request.Length, isLast: true);
        BinaryPrimitives.WriteUInt64BigEndian(target[length..], request.Offset);
        return length + sizeof(ulong);
    }

    /// <summary>A part of what was read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="offset">Where on the disk it is from.</param>
    /// <param name="buffer">
    /// <see cref="MostHeaderBytes"/> bytes that are of no use, and then the data.
    /// </param>
    /// <param name="isLast">Whether it is the last part.</param>
    /// <param name="cancellationToken">Gives up; the connection is of no use then.</param>
    internal Task SendDataAsync(
        NbdRequest request, ulong offset, Memory<byte> buffer, bool isLast, CancellationToken cancellationToken)
    {
        Span<byte> header = stackalloc byte[MostHeaderBytes];
        var length = WriteHeader(
            header, request, NbdChunk.OffsetData, sizeof(ulong) + buffer.Length - MostHeaderBytes, isLast);
        BinaryPrimitives.WriteUInt64BigEndian(header[length..], offset);
        length += sizeof(ulong);
        header[..length].CopyTo(buffer.Span[(MostHeaderBytes - length)..]);
        return SendAsync(buffer[(MostHeaderBytes - length)..], cancellationToken);
    }

    /// <summary>A part of what was read that is zeroes.</summary>
    internal Task SendZeroesAsync(
        NbdRequest request, ulong offset, int length, bool isLast, CancellationToken cancellationToken)
    {
        var bytes = new byte[MostHeaderBytes + sizeof(uint)];
        var at = WriteHeader(bytes, request, NbdChunk.OffsetHole, sizeof(ulong) + sizeof(uint), isLast);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(at), offset);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at + sizeof(ulong)), length);
        return SendAsync(bytes.AsMemory(0, at + sizeof(ulong) + sizeof(uint)), cancellationToken);
    }

    /// <summary>What one context says of a range.</summary>
    internal Task SendExtentsAsync(
        NbdRequest request, uint context, IReadOnlyList<NbdExtent> extents, bool isLast,
        CancellationToken cancellationToken)
    {
        var isExtended = dialect == NbdDialect.Extended;
        var (head, row) = isExtended ? (8, 16) : (4, 8);
        var payload = head + (row * extents.Count);
        var bytes = new byte[MostHeaderBytes + payload];
        var at = WriteHeader(
            bytes, request, isExtended ? NbdChunk.BlockStatusExtended : NbdChunk.BlockStatus, payload, isLast);
        var total = at + payload;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), context);
        if (isExtended) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at + 4), extents.Count);
        at += head;
        foreach (var extent in extents)
        {
            if (isExtended)
            {
                BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(at), extent.Length);
                BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(at + 8), extent.Flags);
            }
            else
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), (uint)extent.Length);
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at + 4), (uint)extent.Flags);
            }

            at += row;
        }

        return SendAsync(bytes.AsMemory(0, total), cancellationToken);
    }

    /// <summary>A whole answer of the simple dialect: its data follows at once.</summary>
    internal async Task SendSimpleAsync(
        NbdRequest request, Func<Stream, Task> writeData, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var header = new byte[MostHeaderBytes];
            await stream.WriteAsync(header.AsMemory(0, WriteSimple(header, request, NbdError.None)), cancellationToken)
                .ConfigureAwait(false);
            await writeData(stream).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Sends whole answers, or a whole part of one.</summary>
    internal async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static int WriteSimple(Span<byte> target, NbdRequest request, NbdError error)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, NbdMagic.SimpleReply);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], (uint)error);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], request.Cookie);
        return 16;
    }

    private int WriteHeader(Span<byte> target, NbdRequest request, NbdChunk kind, int payload, bool isLast)
    {
        var isExtended = dialect == NbdDialect.Extended;
        BinaryPrimitives.WriteUInt32BigEndian(target, isExtended ? NbdMagic.ExtendedReply : NbdMagic.StructuredReply);
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], isLast ? Done : (ushort)0);
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], (ushort)kind);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], request.Cookie);
        if (!isExtended)
        {
            BinaryPrimitives.WriteInt32BigEndian(target[16..], payload);
            return 20;
        }

        BinaryPrimitives.WriteUInt64BigEndian(target[16..], request.Offset);
        BinaryPrimitives.WriteInt64BigEndian(target[24..], payload);
        return 32;
    }
}

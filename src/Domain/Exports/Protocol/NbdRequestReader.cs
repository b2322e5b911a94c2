using System.Buffers;
using System.Buffers.Binary;

namespace LibvirtBackup.Exports.Protocol;

/// <summary>Reads requests off a connection.</summary>
internal sealed class NbdRequestReader(Stream stream, NbdDialect dialect) : IDisposable
{
    private readonly BufferedStream _stream = new(stream, 4096);
    private readonly byte[] _header = new byte[dialect == NbdDialect.Extended ? 32 : 28];

    /// <returns>The next request, or null when the client says goodbye.</returns>
    /// <exception cref="NbdProtocolException">The client is out of step.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    internal async ValueTask<NbdRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        var isExtended = dialect == NbdDialect.Extended;
        await _stream.ReadExactlyAsync(_header, cancellationToken).ConfigureAwait(false);
        if (BinaryPrimitives.ReadUInt32BigEndian(_header) != (isExtended ? NbdMagic.ExtendedRequest : NbdMagic.Request))
            throw new NbdProtocolException("a request without its magic number");
        var request = new NbdRequest(
            (NbdCommand)BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(6)),
            (NbdCommandFlags)BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(4)),
            BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(8)),
            BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(16)),
            isExtended
                ? BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(24))
                : BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(24)));
        if (request.Command == NbdCommand.Disconnect) return null;
        await SkipAsync(PayloadLengthOf(request), cancellationToken).ConfigureAwait(false);
        return request;
    }

    /// <summary>Ends the connection.</summary>
    public void Dispose() => _stream.Dispose();

    private ulong PayloadLengthOf(NbdRequest request) =>
        request.Command == NbdCommand.Write
            || (dialect == NbdDialect.Extended && request.Flags.HasFlag(NbdCommandFlags.PayloadLength))
            ? request.Length
            : 0;

    /// <summary>Nothing that a client may send is of use here; but what follows it is.</summary>
    private async ValueTask SkipAsync(ulong count, CancellationToken cancellationToken)
    {
        if (count == 0) return;
        if (count > NegotiatedExport.MostPayloadBytes) throw new NbdProtocolException($"a payload of {count} bytes");
        var buffer = ArrayPool<byte>.Shared.Rent(64 * Units.KiB);
        try
        {
            for (var left = (int)count; left > 0;)
            {
                var length = Math.Min(left, buffer.Length);
                await _stream.ReadExactlyAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                left -= length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

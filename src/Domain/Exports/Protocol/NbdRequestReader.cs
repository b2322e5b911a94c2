using System.Buffers.Binary;

namespace LibvirtBackup.Exports.Protocol;

/// <summary>Reads requests off a connection, as many at a time as have come. Not thread-safe.</summary>
internal sealed class NbdRequestReader(Stream stream, NbdDialect dialect)
{
    private readonly byte[] _buffer = new byte[8 * Units.KiB];
    private readonly int _headerLength = dialect == NbdDialect.Extended ? 32 : 28;
    private int _start;
    private int _end;

    /// <summary>True when the next request is here already, without its payload.</summary>
    internal bool HasNext => _end - _start >= _headerLength;

    /// <returns>The next request, or null when the client says goodbye.</returns>
    /// <exception cref="NbdProtocolException">The client is out of step.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    internal ValueTask<NbdRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!HasNext) return FillAndReadAsync(cancellationToken);
        var request = Parse();
        if (request.Command == NbdCommand.Disconnect) return ValueTask.FromResult<NbdRequest?>(null);
        return PayloadLengthOf(request) is var payload and > 0
            ? SkipAsync(request, payload, cancellationToken)
            : ValueTask.FromResult<NbdRequest?>(request);
    }

    private async ValueTask<NbdRequest?> FillAndReadAsync(CancellationToken cancellationToken)
    {
        while (!HasNext) await FillAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private NbdRequest Parse()
    {
        var header = _buffer.AsSpan(_start, _headerLength);
        var isExtended = dialect == NbdDialect.Extended;
        if (BinaryPrimitives.ReadUInt32BigEndian(header) != (isExtended ? NbdMagic.ExtendedRequest : NbdMagic.Request))
            throw new NbdProtocolException("a request without its magic number");
        _start += _headerLength;
        return new NbdRequest(
            (NbdCommand)BinaryPrimitives.ReadUInt16BigEndian(header[6..]),
            (NbdCommandFlags)BinaryPrimitives.ReadUInt16BigEndian(header[4..]),
            BinaryPrimitives.ReadUInt64BigEndian(header[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(header[16..]),
            isExtended
                ? BinaryPrimitives.ReadUInt64BigEndian(header[24..])
                : BinaryPrimitives.ReadUInt32BigEndian(header[24..]));
    }

    /// <summary>Reads what has come, behind what is here already.</summary>
    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        if (count == 0) throw new EndOfStreamException("the client has hung up");
        _end += count;
    }

    private ulong PayloadLengthOf(NbdRequest request) =>
        request.Command == NbdCommand.Write
            || (dialect == NbdDialect.Extended && request.Flags.HasFlag(NbdCommandFlags.PayloadLength))
            ? request.Length
            : 0;

    /// <summary>Nothing that a client may send is of use here; but what follows it is.</summary>
    private async ValueTask<NbdRequest?> SkipAsync(
        NbdRequest request, ulong payload, CancellationToken cancellationToken)
    {
        if (payload > NegotiatedExport.MostPayloadBytes)
            throw new NbdProtocolException($"a payload of {payload} bytes");
        for (var left = (int)payload; ;)
        {
            var length = Math.Min(left, _end - _start);
            (_start, left) = (_start + length, left - length);
            if (left == 0) return request;
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

using System.Buffers.Binary;
using System.Text;

namespace LibvirtBackup.Exports.Protocol;

/// <summary>Writes answers to options.</summary>
internal sealed class NbdOptionReplies(Stream stream)
{
    private const int HeaderLength = 20;

    /// <summary>One part of an export's description.</summary>
    internal Task DescribeAsync(NbdOption option, NbdInfo kind, byte[] data, CancellationToken cancellationToken)
    {
        var reply = new byte[sizeof(ushort) + data.Length];
        BinaryPrimitives.WriteUInt16BigEndian(reply, (ushort)kind);
        data.CopyTo(reply, sizeof(ushort));
        return SendAsync(option, NbdOptionReply.Info, reply, cancellationToken);
    }

    /// <param name="option">What was asked.</param>
    /// <param name="why">The refusal.</param>
    /// <param name="text">The same for people, in our own words: nothing of the client's comes back.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal Task RefuseAsync(NbdOption option, NbdOptionReply why, string text, CancellationToken cancellationToken) =>
        SendAsync(option, why, Encoding.UTF8.GetBytes(text), cancellationToken);

    internal async Task SendAsync(
        NbdOption option, NbdOptionReply reply, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var bytes = new byte[HeaderLength + data.Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, NbdMagic.OptionReply);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), (uint)option);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(12), (uint)reply);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), data.Length);
        data.Span.CopyTo(bytes.AsSpan(HeaderLength));
        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }
}

using System.Diagnostics.CodeAnalysis;

namespace LibvirtBackup.Exports.Protocol;

/// <summary>Which export a client wants to hear of, or to use.</summary>
internal sealed record NbdDescribeQuery(string Export)
{
    /// <summary>The kinds of information that the client wants do not matter: it gets all of them.</summary>
    internal static bool TryRead(byte[] data, [NotNullWhen(true)] out NbdDescribeQuery? query)
    {
        try
        {
            var message = new NbdOptionMessage(data);
            var export = message.ReadText();
            for (var left = message.ReadUInt16(); left > 0; left--) message.ReadUInt16();
            query = message.IsAtEnd ? new NbdDescribeQuery(export) : null;
        }
        catch (NbdProtocolException)
        {
            query = null;
        }

        return query is not null;
    }
}

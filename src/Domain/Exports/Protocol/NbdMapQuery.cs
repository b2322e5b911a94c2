using System.Diagnostics.CodeAnalysis;

namespace LibvirtBackup.Exports.Protocol;

/// <summary>Which metadata contexts of an export a client wants.</summary>
internal sealed record NbdMapQuery(string Export, IReadOnlyList<string> Texts)
{
    internal static bool TryRead(byte[] data, [NotNullWhen(true)] out NbdMapQuery? query)
    {
        try
        {
            var message = new NbdOptionMessage(data);
            var (export, texts) = (message.ReadText(), new List<string>());
            for (var left = message.ReadUInt32(); left > 0; left--) texts.Add(message.ReadText());
            query = message.IsAtEnd ? new NbdMapQuery(export, texts) : null;
        }
        catch (NbdProtocolException)
        {
            query = null;
        }

        return query is not null;
    }

    /// <summary>True when a context is asked for by its name.</summary>
    internal bool Names(string context) => Texts.Contains(context, StringComparer.Ordinal);

    /// <summary>The same for a list: a text that ends with a colon stands for a namespace, and no text for all.
    /// </summary>
    internal bool Lists(string context) =>
        Texts.Count == 0
        || Names(context)
        || Texts.Any(text => text.EndsWith(':') && context.StartsWith(text, StringComparison.Ordinal));
}

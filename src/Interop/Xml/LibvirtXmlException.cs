namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// A libvirt XML document could not be read: it is not well-formed, it asks for a DTD or external entity, or a value
/// that the model needs is absent or malformed.
/// </summary>
public sealed class LibvirtXmlException : Exception
{
    internal LibvirtXmlException(string document, string reason, int line, int column, Exception? inner = null)
        : base(Compose(document, reason, line, column), inner)
    {
        Document = document;
        Reason = reason;
        Line = line;
        Column = column;
    }

    /// <summary>Name of the root element that was expected, such as <c>domaincheckpoint</c>.</summary>
    public string Document { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; }

    /// <summary>Line of the fault, counted from 1; 0 when unknown, as for a DTD.</summary>
    public int Line { get; }

    /// <summary>Column of the fault, counted from 1; 0 when unknown.</summary>
    public int Column { get; }

    private static string Compose(string document, string reason, int line, int column)
    {
        string place = line > 0 ? $" at line {line}, column {column}" : string.Empty;
        return $"cannot read the <{document}> XML{place}: {reason}";
    }
}

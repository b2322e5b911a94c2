using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>Text to elements and back, with the limits that a hostile host must not get past.</summary>
internal static class XmlText
{
    /// <summary>
    /// Greatest nesting. Copying and comparing elements recurses, so an unbounded depth would end the process with a
    /// stack overflow; real domain documents stay below 20.
    /// </summary>
    private const int MaxDepth = 256;

    private const long MaxCharacters = 64L * 1024 * 1024;

    private static readonly XmlWriterSettings s_writer = new()
    {
        OmitXmlDeclaration = true,
        Indent = true,
        NewLineChars = "\n",
        // Otherwise a carriage return in a description would read back as a line feed.
        NewLineHandling = NewLineHandling.Entitize,
    };

    /// <summary>Reads a document, white space included.</summary>
    /// <param name="text">The document.</param>
    /// <param name="root">Name that the root element must have; null for any.</param>
    /// <exception cref="LibvirtXmlException">Not well-formed, a DTD, too deep, or another root.</exception>
    public static XDocument Parse(string text, string? root)
    {
        ArgumentNullException.ThrowIfNull(text);
        string document = root ?? "XML";
        CheckWhole(text, document);
        using XmlReader reader = Open(text);
        XDocument parsed = XDocument.Load(reader, LoadOptions.PreserveWhitespace | LoadOptions.SetLineInfo);
        XElement element = parsed.Root!; // a document without a root is not well-formed
        if (root is not null && element.Name != root)
            throw At(element, root, $"the root element is <{element.Name.LocalName}>");
        return parsed;
    }

    /// <summary>Writes an element or document, indented, without an XML declaration and with line feeds only.</summary>
    /// <exception cref="ArgumentException">A value holds a character that XML cannot carry.</exception>
    public static string Write(XNode node)
    {
        StringBuilder text = new();
        using (XmlWriter writer = XmlWriter.Create(text, s_writer))
            node.WriteTo(writer);
        return text.ToString();
    }

    /// <summary>
    /// A copy without the white space that only indents: text of white space beside elements or comments. Writing
    /// indents anew, so without this a fragment would differ from itself once written and read.
    /// </summary>
    public static XElement CopyWithoutIndentation(XElement element)
    {
        XElement copy = new(element);
        foreach (XElement parent in copy.DescendantsAndSelf().Where(e => e.Nodes().Any(n => n is not XText)).ToArray())
            parent.Nodes().OfType<XText>().Where(IsIndentation).Remove();
        return copy;
    }

    /// <summary>Whether a text is white space and no CDATA section.</summary>
    public static bool IsIndentation(XText text) =>
        text.NodeType == XmlNodeType.Text && text.Value.AsSpan().Trim(" \t\r\n").IsEmpty;

    /// <summary>The error for a place in a document.</summary>
    public static LibvirtXmlException At(XObject place, string document, string reason, Exception? inner = null)
    {
        IXmlLineInfo line = place;
        return new(document, reason, line.LineNumber, line.LinePosition, inner);
    }

    private static XmlReader Open(string text) => XmlReader.Create(new StringReader(text), new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxCharacters,
        CloseInput = true,
    });

    /// <summary>Reads the text once without building anything, so that the second reading cannot fail.</summary>
    private static void CheckWhole(string text, string document)
    {
        using XmlReader reader = Open(text);
        IXmlLineInfo line = (IXmlLineInfo)reader; // text readers carry line information
        try
        {
            while (reader.Read())
            {
                if (reader.Depth <= MaxDepth)
                    continue;
                throw new LibvirtXmlException(
                    document, $"elements nest deeper than {MaxDepth}", line.LineNumber, line.LinePosition);
            }
        }
        catch (XmlException e)
        {
            throw new LibvirtXmlException(document, e.Message, e.LineNumber, e.LinePosition, e);
        }
    }
}

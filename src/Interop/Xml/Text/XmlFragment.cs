using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// One element that is passed on as it is, but for its indentation. Immutable; compared by content.
/// </summary>
public sealed class XmlFragment : IEquatable<XmlFragment>
{
    private readonly XElement _element;

    private XmlFragment(XElement element) => _element = element;

    /// <summary>Name of the element, without its namespace.</summary>
    public string Name => _element.Name.LocalName;

    /// <summary>Reads one element.</summary>
    /// <param name="xml">The element.</param>
    /// <exception cref="LibvirtXmlException">The text is no well-formed element, or holds a DTD.</exception>
    public static XmlFragment Parse(string xml) => From(XmlText.Parse(xml, root: null).Root!); // parsed, so it has one

    /// <summary>Copies an element, without its indentation.</summary>
    /// <param name="element">The element; later changes to it do not show.</param>
    public static XmlFragment From(XElement element)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new XmlFragment(XmlText.CopyWithoutIndentation(element));
    }

    /// <summary>A copy of the element; changing it does not change the fragment.</summary>
    public XElement ToElement() => new(_element);

    /// <inheritdoc/>
    public bool Equals(XmlFragment? other) => other is not null && XNode.DeepEquals(_element, other._element);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as XmlFragment);

    /// <inheritdoc/>
    public override int GetHashCode() => XNode.EqualityComparer.GetHashCode(_element);

    /// <summary>The element as XML.</summary>
    public override string ToString() => XmlText.Write(_element);
}

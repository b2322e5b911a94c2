using System.Globalization;
using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>Writes one element from what a model names and from what remained when it was read.</summary>
internal sealed class ElementWriter(string name, XmlRemainder remainder)
{
    private readonly List<XAttribute> _attributes = [];
    private readonly List<XNode> _nodes = [];

    public ElementWriter Attribute(string name, string? value)
    {
        if (value is not null)
            _attributes.Add(new XAttribute(name, value));
        return this;
    }

    public ElementWriter Attribute(string name, long? value) =>
        Attribute(name, value?.ToString(CultureInfo.InvariantCulture));

    public ElementWriter YesNo(string name, bool? value) =>
        Attribute(name, value switch { true => "yes", false => "no", null => null });

    /// <summary>Text of this element.</summary>
    public ElementWriter Value(string? text)
    {
        if (!string.IsNullOrEmpty(text))
            _nodes.Add(new XText(text));
        return this;
    }

    /// <summary>A child with text; absent when the text is null.</summary>
    public ElementWriter Text(string child, string? text) =>
        Child(child, text is not null, writer => writer.Value(text));

    public ElementWriter UnixTime(string child, DateTimeOffset? time) =>
        Text(child, time?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));

    public ElementWriter Marker(string child, bool isPresent) => Child(child, isPresent, static _ => { });

    /// <summary>
    /// A child that has no model of its own. It is written when <paramref name="isPresent"/>, and also when it was
    /// there without anything that the model names.
    /// </summary>
    public ElementWriter Child(string child, bool isPresent, Action<ElementWriter> write)
    {
        RemainingChild? rest = remainder.Child(child);
        if (!isPresent && rest is not { IsBare: true })
            return this;
        ElementWriter writer = new(child, rest?.Remainder ?? XmlRemainder.Empty);
        if (isPresent)
            write(writer);
        _nodes.Add(writer.Build());
        return this;
    }

    /// <summary>Children from models.</summary>
    public ElementWriter Add(params IEnumerable<XElement?> elements)
    {
        foreach (XElement? element in elements)
        {
            if (element is not null)
                _nodes.Add(element);
        }

        return this;
    }

    public XElement Build()
    {
        XElement element = new(name, _attributes);
        foreach (RemainingAttribute rest in remainder.Attributes)
        {
            // What the model says now wins over a value that was not understood before.
            if (element.Attribute(rest.Name) is null)
                element.Add(new XAttribute(rest.Name, rest.Value));
        }

        element.Add(_nodes);
        List<XElement> known = [.. element.Elements()];
        foreach (RemainingNode rest in remainder.Nodes)
            Insert(element, known, rest);
        return element;
    }

    private static void Insert(XElement element, List<XElement> known, RemainingNode rest)
    {
        if (rest.Before < known.Count)
            known[rest.Before].AddBeforeSelf(rest.Copy());
        else
            element.Add(rest.Copy());
    }
}

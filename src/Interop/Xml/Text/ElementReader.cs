using System.Globalization;
using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// Reads one element and notes what was asked for, so that <see cref="Remainder"/> is exactly what was not.
/// </summary>
internal sealed class ElementReader(XElement element, string document)
{
    private readonly HashSet<XObject> _taken = [];
    private readonly Dictionary<string, ElementReader> _children = [];
    private bool _isUnderstood;

    private bool IsBare => !_isUnderstood && _taken.Count == 0;

    public static ElementReader OfRoot(string xml, string root) => new(XmlText.Parse(xml, root).Root!, root); // has one

    public bool HasAttributes(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (element.Attribute(name) is null)
                return false;
        }

        return true;
    }

    public string? Attribute(string name)
    {
        XAttribute? attribute = element.Attribute(name);
        if (attribute is null)
            return null;
        _taken.Add(attribute);
        return attribute.Value;
    }

    public string RequiredAttribute(string name) => Attribute(name) ?? throw Error($"it has no attribute '{name}'");

    /// <summary>The value of an enum-like attribute in its type.</summary>
    public T? Attribute<T>(string name, Func<string, T> make)
        where T : struct => Attribute(name) is { } value ? make(value) : null;

    /// <summary>yes or no; null when absent or something else, which then remains.</summary>
    public bool? YesNo(string name) =>
        element.Attribute(name)?.Value is "yes" or "no" ? Attribute(name) == "yes" : null;

    /// <summary>0 or 1 in a child; null when absent or something else, which then remains.</summary>
    public bool? ZeroOne(string child) =>
        element.Element(child)?.Value is "0" or "1" ? Text(child) == "1" : null;

    public long? Int64(string name) => Attribute(name) is { } text ? ParseInt64(text, $"attribute '{name}'") : null;

    public int? Int32(string name)
    {
        long? value = Int64(name);
        return value is null or <= int.MaxValue
            ? (int?)value
            : throw Error($"attribute '{name}' holds {value}, which is too large");
    }

    /// <summary>A strong id from a text.</summary>
    public T Id<T>(string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw XmlText.At(element, document, $"in <{element.Name.LocalName}>: {e.Message}", e);
        }
    }

    /// <summary>A strong id in an attribute; null when absent.</summary>
    public T? AttributeId<T>(string name, Func<string, T> parse)
        where T : class => Attribute(name) is { } text ? Id(text, parse) : null;

    /// <summary>A strong id in an attribute.</summary>
    public T RequiredId<T>(string attribute, Func<string, T> parse) => Id(RequiredAttribute(attribute), parse);

    /// <summary>A strong id in a child; null when absent.</summary>
    public T? TextId<T>(string child, Func<string, T> parse)
        where T : class => Child(child) is { } reader ? reader.Id(reader.Value() ?? string.Empty, parse) : null;

    /// <summary>The text of this element; null when it holds none.</summary>
    public string? Value()
    {
        _isUnderstood = true;
        XText[] texts = [.. element.Nodes().OfType<XText>()];
        _taken.UnionWith(texts);
        return texts.Length == 0 ? null : string.Concat(texts.Select(t => t.Value));
    }

    /// <summary>The text of a child; empty when the child is empty, null when it is absent.</summary>
    public string? Text(string child) => Child(child) is { } reader ? reader.Value() ?? string.Empty : null;

    /// <summary>Seconds since 1970 in a child.</summary>
    public DateTimeOffset? UnixTime(string child)
    {
        if (Child(child) is not { } reader)
            return null;
        long seconds = reader.ParseInt64((reader.Value() ?? string.Empty).Trim(), "its text");
        return seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw reader.Error($"{seconds} seconds lie beyond the year 9999");
    }

    /// <summary>Whether an empty marker child is there.</summary>
    public bool Marker(string child)
    {
        if (Child(child) is not { } reader)
            return false;
        reader._isUnderstood = true;
        return true;
    }

    /// <summary>The first child of that name; what remains of it is kept in this element's remainder.</summary>
    public ElementReader? Child(string name)
    {
        if (_children.TryGetValue(name, out ElementReader? known))
            return known;
        if (element.Element(name) is not { } child)
            return null;
        _taken.Add(child);
        return _children[name] = new ElementReader(child, document);
    }

    /// <summary>The first child of that name, whose model keeps its own remainder.</summary>
    public ElementReader? Model(string name)
    {
        if (element.Element(name) is not { } child)
            return null;
        _taken.Add(child);
        return new ElementReader(child, document);
    }

    /// <summary>All children of that name, whose models keep their own remainders.</summary>
    public IEnumerable<ElementReader> Models(string name)
    {
        foreach (XElement child in element.Elements(name))
        {
            _taken.Add(child);
            yield return new ElementReader(child, document);
        }
    }

    /// <summary>The first child of that name as it is.</summary>
    public XmlFragment? Fragment(string name) => Model(name)?.AsFragment();

    public XmlFragment AsFragment() => XmlFragment.From(element);

    /// <summary>What nobody asked for.</summary>
    public XmlRemainder Remainder()
    {
        RemainingAttribute[] attributes = [.. element.Attributes()
            .Where(a => !_taken.Contains(a))
            .Select(a => new RemainingAttribute(a.Name, a.Value))];
        List<RemainingNode> nodes = [];
        int before = 0;
        foreach (XNode node in element.Nodes())
        {
            if (_taken.Contains(node))
                before += node is XElement ? 1 : 0;
            else if (node is not XText text || !XmlText.IsIndentation(text))
                nodes.Add(new RemainingNode(before, new RemainingNode(before, node).Copy()));
        }

        RemainingChild[] children = [.. _children
            .Select(c => new RemainingChild(c.Key, c.Value.Remainder(), IsBare: c.Value.IsBare))
            .Where(c => c.IsBare || !c.Remainder.IsEmpty)
            .OrderBy(c => c.Name, StringComparer.Ordinal)];
        return attributes.Length + nodes.Count + children.Length == 0
            ? XmlRemainder.Empty
            : new XmlRemainder([.. attributes], [.. nodes], [.. children]);
    }

    public LibvirtXmlException Error(string reason) =>
        XmlText.At(element, document, $"in <{element.Name.LocalName}>: {reason}");

    private long ParseInt64(string text, string what) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw Error($"{what} holds '{text}', which is no whole number from 0 to {long.MaxValue}");
}

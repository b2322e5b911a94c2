using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// What an element held beyond what its model names: attributes, elements, comments and text, with their places.
/// Written back with the model, so that content of a newer libvirt survives. Immutable; compared by content.
/// </summary>
public sealed class XmlRemainder : IEquatable<XmlRemainder>
{
    private readonly ValueList<RemainingAttribute> _attributes;
    private readonly ValueList<RemainingNode> _nodes;
    private readonly ValueList<RemainingChild> _children;

    internal XmlRemainder(
        ValueList<RemainingAttribute> attributes, ValueList<RemainingNode> nodes, ValueList<RemainingChild> children)
    {
        _attributes = attributes;
        _nodes = nodes;
        _children = children;
    }

    /// <summary>Nothing beyond the model.</summary>
    public static XmlRemainder Empty { get; } = new([], [], []);

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => _attributes.Count == 0 && _nodes.Count == 0 && _children.Count == 0;

    internal ValueList<RemainingAttribute> Attributes => _attributes;

    internal ValueList<RemainingNode> Nodes => _nodes;

    /// <inheritdoc/>
    public bool Equals(XmlRemainder? other) =>
        other is not null
        && _attributes.Equals(other._attributes)
        && _nodes.Equals(other._nodes)
        && _children.Equals(other._children);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as XmlRemainder);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_attributes, _nodes, _children);

    /// <summary>The names of what remains, for messages: <c>@attribute</c>, <c>element</c>, <c>child/...</c>.</summary>
    public override string ToString() => string.Join(' ', Names());

    internal RemainingChild? Child(string name) => _children.FirstOrDefault(c => c.Name == name);

    private IEnumerable<string> Names()
    {
        foreach (RemainingAttribute attribute in _attributes)
            yield return $"@{attribute.Name.LocalName}";
        foreach (RemainingNode node in _nodes)
            yield return node.Node is XElement element ? element.Name.LocalName : node.Node.NodeType.ToString();
        foreach (RemainingChild child in _children)
        {
            foreach (string name in child.Remainder.Names())
                yield return $"{child.Name}/{name}";
        }
    }
}

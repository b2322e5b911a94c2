using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>A node that the model does not name.</summary>
/// <param name="Before">How many of its siblings before it the model names.</param>
/// <param name="Node">The node; never changed, cloned when written.</param>
internal sealed record RemainingNode(int Before, XNode Node)
{
    public bool Equals(RemainingNode? other) =>
        other is not null && Before == other.Before && XNode.DeepEquals(Node, other.Node);

    public override int GetHashCode() => HashCode.Combine(Before, XNode.EqualityComparer.GetHashCode(Node));

    public XNode Copy() => Node switch
    {
        XElement element => XmlText.CopyWithoutIndentation(element),
        XComment comment => new XComment(comment),
        XCData data => new XCData(data),
        XText text => new XText(text),
        XProcessingInstruction instruction => new XProcessingInstruction(instruction),
        _ => throw new InvalidOperationException($"a {Node.NodeType} node cannot be inside an element"),
    };
}

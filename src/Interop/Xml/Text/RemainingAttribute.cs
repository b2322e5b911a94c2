using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>An attribute that the model does not name, or whose value it does not know.</summary>
internal sealed record RemainingAttribute(XName Name, string Value);

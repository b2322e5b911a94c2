namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// What remains of a child element that has no model of its own, such as <c>disks</c> or <c>name</c>.
/// </summary>
/// <param name="Name">The child's name.</param>
/// <param name="Remainder">What remains of it.</param>
/// <param name="IsBare">The child held nothing that the model names, so it is written even when the model has
/// nothing.</param>
internal sealed record RemainingChild(string Name, XmlRemainder Remainder, bool IsBare);

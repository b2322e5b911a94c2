namespace LibvirtBackup.Qmp;

/// <summary>A block node that QEMU offers to clients.</summary>
/// <param name="Id">The export's id in QEMU.</param>
/// <param name="Type">How it is offered, such as <c>nbd</c>.</param>
/// <param name="NodeName">The node.</param>
internal sealed record BlockExport(string Id, string Type, string NodeName);

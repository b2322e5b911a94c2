namespace LibvirtBackup.Qmp;

/// <summary>A node that another node uses (QEMU 11.0).</summary>
/// <param name="NodeName">The node that is used.</param>
/// <param name="Child">What for: <c>file</c>, <c>backing</c>, <c>target</c>, ...</param>
internal sealed record BlockNodeChild(string NodeName, string Child);

namespace LibvirtBackup.Qmp;

/// <summary>The arguments of <c>blockdev-del</c>.</summary>
internal sealed record NodeRemoval(string NodeName);

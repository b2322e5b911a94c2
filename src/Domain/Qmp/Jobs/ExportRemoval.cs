namespace LibvirtBackup.Qmp;

/// <summary>The arguments of <c>block-export-del</c>: <c>hard</c> cuts off the clients.</summary>
internal sealed record ExportRemoval(string Id, string Mode = "hard");

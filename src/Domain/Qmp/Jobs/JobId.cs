namespace LibvirtBackup.Qmp;

/// <summary>The arguments of commands that name a job or an export and nothing else.</summary>
internal sealed record JobId(string Id);

namespace WebApi;

/// <summary>Which libvirt, and where its restore points go.</summary>
internal sealed record BackupPlace(string Host, string Repository);

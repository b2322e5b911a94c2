namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Which domain something is about.</summary>
/// <param name="Name">The name at that moment; a rename changes it.</param>
/// <param name="Uuid">The UUID, which never changes.</param>
public sealed record DomainIdentity(string Name, Guid Uuid);

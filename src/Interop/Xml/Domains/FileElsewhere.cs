using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Interop.Xml;

/// <summary>A file of another host.</summary>
/// <param name="Path">Its path there.</param>
/// <param name="Identity">Which file it is.</param>
public sealed record FileElsewhere(string Path, FileIdentity Identity);

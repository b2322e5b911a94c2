namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Names the C symbol behind a generated member, and the libvirt version that brought it.</summary>
/// <param name="name">The name in libvirt's headers, such as <c>virDomainGetInfo</c>.</param>
/// <param name="since">The version as libvirt writes it, such as <c>0.0.3</c>.</param>
[AttributeUsage(AttributeTargets.All)]
public sealed class LibvirtSymbolAttribute(string name, string since) : Attribute
{
    /// <summary>The name in libvirt's headers.</summary>
    public string Name { get; } = name;

    /// <summary>The libvirt version that brought the symbol, three numbers.</summary>
    public string Since { get; } = since;
}

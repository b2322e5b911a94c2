namespace LibvirtBackup.Interop.Xml;

/// <summary>The firmware image of a domain (<c>&lt;loader&gt;</c>).</summary>
public sealed record DomainLoader
{
    /// <summary>Absolute path; null when libvirt chooses the image.</summary>
    public string? Path { get; init; }

    /// <summary><c>rom</c> or <c>pflash</c>; null means rom.</summary>
    public string? Type { get; init; }

    /// <summary>Format of the image; null means raw. Since libvirt 9.2.0.</summary>
    public ImageFormat? Format { get; init; }

    /// <summary>Whether the guest may only read it; null when absent.</summary>
    public bool? IsReadOnly { get; init; }

    /// <summary>Whether it implements Secure Boot; null when absent.</summary>
    public bool? IsSecure { get; init; }

    internal static DomainLoader Read(ElementReader reader) => new()
    {
        Path = string.IsNullOrEmpty(reader.Value()) ? null : reader.Value(),
        Type = reader.Attribute("type"),
        Format = reader.Attribute("format", v => new ImageFormat(v)),
        IsReadOnly = reader.YesNo("readonly"),
        IsSecure = reader.YesNo("secure"),
    };
}

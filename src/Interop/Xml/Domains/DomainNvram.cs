namespace LibvirtBackup.Interop.Xml;

/// <summary>The UEFI variable store of a domain (<c>&lt;nvram&gt;</c>); part of what a restore needs.</summary>
public sealed record DomainNvram
{
    /// <summary>
    /// Absolute path, when it is a file named as text; null when libvirt chooses it or <see cref="Source"/> says.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>Where it lives, when given as a source; since libvirt 8.5.0.</summary>
    public DiskSource? Source { get; init; }

    /// <summary>
    /// Path of the template that libvirt copies when the store does not exist; null means the firmware's own.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>Format of the store; null means raw. Since libvirt 9.2.0.</summary>
    public ImageFormat? Format { get; init; }

    /// <summary>The file of the host that holds the store; null when libvirt chooses it or it is not a file.</summary>
    public string? FilePath => Path ?? (Source as FileDiskSource)?.Path;

    internal static DomainNvram Read(ElementReader reader)
    {
        DiskSource? source = DiskSource.ReadFrom(reader);
        string? text = source is null ? reader.Value()?.Trim() : null;
        return new DomainNvram
        {
            Path = string.IsNullOrEmpty(text) ? null : text,
            Source = source,
            Template = reader.Attribute("template"),
            Format = reader.Attribute("format", v => new ImageFormat(v)),
        };
    }
}

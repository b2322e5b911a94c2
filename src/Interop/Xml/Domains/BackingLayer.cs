namespace LibvirtBackup.Interop.Xml;

/// <summary>One image below the top image of a disk (a <c>&lt;backingStore&gt;</c>).</summary>
public sealed record BackingLayer
{
    /// <summary>Where its bytes live; null when the document does not say.</summary>
    public DiskSource? Source { get; init; }

    /// <summary>Its format; null when the document does not say.</summary>
    public ImageFormat? Format { get; init; }

    /// <summary>
    /// Index of the image in node names (<c>libvirt-INDEX-format</c>). Set by libvirt for running domains.
    /// </summary>
    public int? Index { get; init; }

    /// <summary>Reads the chain below a disk, and whether it says that it ends.</summary>
    internal static (ValueList<BackingLayer> Chain, bool Ends) ReadChain(ElementReader disk)
    {
        List<BackingLayer> layers = [];
        ElementReader? next = disk.Child("backingStore");
        while (next is not null)
        {
            DiskSource? source = DiskSource.ReadFrom(next);
            ImageFormat? format = next.Child("format")?.Attribute("type", v => new ImageFormat(v));
            if (source is null && format is null)
                return ([.. layers], true);
            // libvirt writes the index of a lower image on <backingStore>, that of the top image on <source>.
            int? index = source?.Index ?? next.Int32("index");
            layers.Add(new BackingLayer { Source = source, Format = format, Index = index });
            next = next.Child("backingStore");
        }

        return ([.. layers], false);
    }
}

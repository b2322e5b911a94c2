using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>The edits of a domain document that a restore needs; each changes the element that it is given.</summary>
internal static class DomainXmlEdit
{
    public static void SetName(XElement root, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        root.SetElementValue("name", name);
    }

    public static void SetUuid(XElement root, Guid uuid)
    {
        string text = uuid.ToString("D");
        root.SetElementValue("uuid", text);
        // libvirt refuses a domain whose SMBIOS system UUID differs from its own.
        IEnumerable<XElement> entries = root.Elements("sysinfo").Elements("system").Elements("entry");
        foreach (XElement entry in entries.Where(e => (string?)e.Attribute("name") == "uuid"))
            entry.Value = text;
    }

    public static void RenewMacs(XElement root)
    {
        HashSet<string> used = [];
        foreach (XElement mac in root.Elements("devices").Elements("interface").Elements("mac"))
        {
            string address = RandomMac();
            while (!used.Add(address))
                address = RandomMac();
            mac.SetAttributeValue("address", address);
        }
    }

    public static void RemoveBackingStores(XElement root)
    {
        foreach (XElement disk in Disks(root))
            Remove(disk, "backingStore");
    }

    public static void SetDiskSource(XElement root, DiskName target, DiskSource source, ImageFormat format)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(source);
        XElement disk = FindDisk(root, target);
        foreach (string old in (string[])["backingStore", "mirror", "encryption", "auth"])
            Remove(disk, old);
        disk.SetAttributeValue("type", source.Type.Value);
        SetFormat(disk, format);
        if (disk.Element("source") is { } element)
            element.ReplaceWith(source.ToElement());
        else
            disk.Element("driver")!.AddAfterSelf(source.ToElement()); // SetFormat left a driver
    }

    public static void SetBackingStore(XElement root, DiskName target, DiskSource backing, ImageFormat format)
    {
        ArgumentNullException.ThrowIfNull(backing);
        XElement disk = FindDisk(root, target);
        Remove(disk, "backingStore");
        XElement source = disk.Element("source")
            ?? throw new ArgumentException($"disk '{target}' has no source", nameof(target));
        source.AddAfterSelf(new XElement(
            "backingStore",
            new XAttribute("type", backing.Type.Value),
            new XElement("format", new XAttribute("type", format.Value)),
            backing.ToElement(),
            new XElement("backingStore")));
    }

    public static void SetErrorPolicies(XElement root, DiskName target, string? write, string? read)
    {
        XElement disk = FindDisk(root, target);
        if (disk.Element("driver") is not { } driver)
            disk.AddFirst(driver = new XElement("driver"));
        driver.SetAttributeValue("error_policy", write);
        driver.SetAttributeValue("rerror_policy", read);
    }

    public static void SetNvram(XElement root, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        XElement? os = root.Element("os");
        XElement? nvram = os?.Element("nvram");
        if (nvram is null && os?.Attribute("firmware")?.Value == "efi")
            os.Add(nvram = new XElement("nvram"));
        if (nvram is null)
            throw new InvalidOperationException("the domain has no variable store (<nvram>)");
        nvram.SetAttributeValue("type", null);
        nvram.ReplaceNodes(new XText(path));
    }

    public static void RemoveDisk(XElement root, DiskName target)
    {
        XElement disk = FindDisk(root, target);
        if (disk.PreviousNode is XText text && string.IsNullOrWhiteSpace(text.Value))
            text.Remove();
        disk.Remove();
    }

    public static void SetBootFiles(XElement root, string? loader, string? kernel, string? initrd)
    {
        foreach ((string name, string? path) in ((string, string?)[])[
            ("loader", loader), ("kernel", kernel), ("initrd", initrd)])
        {
            if (path is not null && root.Element("os")?.Element(name) is { } element)
                element.ReplaceNodes(new XText(path));
        }

        if (loader is not null && root.Element("os") is { } os && os.Element("loader") is not null)
        {
            // libvirt chooses only among the images that its host offers, and refuses to choose any other.
            os.SetAttributeValue("firmware", null);
            Remove(os, "firmware");
        }
    }

    public static void RemoveChannelPaths(XElement root)
    {
        foreach (XElement channel in root.Elements("devices").Elements("channel"))
        {
            if ((string?)channel.Element("source")?.Attribute("mode") == "bind")
                Remove(channel, "source");
        }
    }

    private static IEnumerable<XElement> Disks(XElement root) => root.Elements("devices").Elements("disk");

    private static XElement FindDisk(XElement root, DiskName target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return Disks(root).FirstOrDefault(d => (string?)d.Element("target")?.Attribute("dev") == target.Value)
            ?? throw new ArgumentException($"the domain has no disk '{target}'", nameof(target));
    }

    private static void SetFormat(XElement disk, ImageFormat format)
    {
        XElement? driver = disk.Element("driver");
        if (driver is null)
            disk.AddFirst(driver = new XElement("driver"));
        driver.SetAttributeValue("type", format.Value);
        // libvirt accepts a metadata cache for qcow2 only.
        if (format != ImageFormat.Qcow2)
            Remove(driver, "metadata_cache");
    }

    /// <summary>Removes children together with the white space before them, so that no blank lines stay.</summary>
    internal static void Remove(XElement parent, string name)
    {
        foreach (XElement child in parent.Elements(name).ToArray())
        {
            if (child.PreviousNode is XText text && string.IsNullOrWhiteSpace(text.Value))
                text.Remove();
            child.Remove();
        }

        if (parent.Nodes().All(n => n is XText text && string.IsNullOrWhiteSpace(text.Value)))
            parent.RemoveNodes();
    }

    private static string RandomMac()
    {
        int low = RandomNumberGenerator.GetInt32(1 << 24);
        return string.Create(
            CultureInfo.InvariantCulture, $"52:54:00:{low >> 16:x2}:{(low >> 8) & 0xff:x2}:{low & 0xff:x2}");
    }
}

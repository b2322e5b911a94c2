using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// What backup and restore need to know of a <c>&lt;domain&gt;</c> document. The document itself is kept; the
/// <c>With</c> methods return edited copies in which everything else is unchanged. Immutable.
/// </summary>
public sealed class DomainXml
{
    private const string Root = "domain";

    private readonly XDocument _document;
    private readonly ValueList<FileElsewhere>? _elsewhere;

    private DomainXml(XDocument document, ValueList<FileElsewhere>? elsewhere)
    {
        (_document, _elsewhere) = (document, elsewhere);
        XElement root = document.Root!; // only parsed documents and copies of them arrive here
        ElementReader reader = new(root, Root);
        ElementReader? os = reader.Child("os");
        ElementReader? devices = reader.Child("devices");
        Type = reader.Attribute("type");
        Id = reader.Int32("id");
        Name = reader.Text("name") ?? throw reader.Error("it has no <name>");
        Uuid = reader.Text("uuid") is { } uuid ? reader.Id(uuid.Trim(), Guid.Parse) : null;
        Firmware = os?.Attribute("firmware");
        Loader = os?.Model("loader") is { } loader ? DomainLoader.Read(loader) : null;
        Nvram = os?.Model("nvram") is { } nvram ? DomainNvram.Read(nvram) : null;
        Kernel = os?.Text("kernel");
        Initrd = os?.Text("initrd");
        CommandLine = os?.Text("cmdline");
        Disks = [.. devices?.Models("disk").Select(reader => DomainDisk.Read(reader) with { Elsewhere = elsewhere })
            ?? []];
        Tpms = [.. devices?.Models("tpm").Select(DomainTpm.Read) ?? []];
        GuestAgent = ReadGuestAgent(devices);
    }

    /// <summary>Kind of virtualisation (<c>kvm</c>, <c>qemu</c>, ...); null when absent.</summary>
    public string? Type { get; }

    /// <summary>Run-time id; null when the document describes a domain that is not running.</summary>
    public int? Id { get; }

    /// <summary>Name of the domain.</summary>
    public string Name { get; }

    /// <summary>UUID of the domain; null when the document has none.</summary>
    public Guid? Uuid { get; }

    /// <summary>The disks, in the order of the document.</summary>
    public ValueList<DomainDisk> Disks { get; }

    /// <summary>Firmware that libvirt chooses by itself (<c>efi</c>, <c>bios</c>); null when absent.</summary>
    public string? Firmware { get; }

    /// <summary>The firmware image; null when none is named.</summary>
    public DomainLoader? Loader { get; }

    /// <summary>The firmware's variable store; null when the domain has none.</summary>
    public DomainNvram? Nvram { get; }

    /// <summary>The TPM devices; libvirt allows one, and a proxy beside it on POWER.</summary>
    public ValueList<DomainTpm> Tpms { get; }

    /// <summary>Path of the kernel for direct boot; null when the guest boots from its disks.</summary>
    public string? Kernel { get; }

    /// <summary>Path of the initial RAM disk for direct boot; null when absent.</summary>
    public string? Initrd { get; }

    /// <summary>Kernel command line for direct boot; null when absent.</summary>
    public string? CommandLine { get; }

    /// <summary>What the document says about the guest agent.</summary>
    public GuestAgentChannel GuestAgent { get; }

    /// <summary>Reads a document.</summary>
    /// <param name="xml">The document.</param>
    /// <exception cref="LibvirtXmlException">It is malformed, has a DTD, or a value that is read is
    /// malformed.</exception>
    public static DomainXml Parse(string xml) => new(XmlText.Parse(xml, Root), elsewhere: null);

    /// <summary>
    /// The same domain as one of another host, whose paths mean nothing here: <see cref="DomainDisk.LocalPath"/> of its
    /// disks is null.
    /// </summary>
    /// <param name="files">What is known of files there.</param>
    public DomainXml OnOtherHost(params IEnumerable<FileElsewhere> files) => new(_document, [.. files]);

    /// <summary>Writes the document: the one that was parsed, plus the edits; its white space is kept.</summary>
    public string ToXml() => XmlText.Write(_document);

    /// <summary>A copy with another name.</summary>
    /// <param name="name">The name.</param>
    public DomainXml WithName(string name) => Edit(root => DomainXmlEdit.SetName(root, name));

    /// <summary>A copy with another UUID, in the SMBIOS system entry too, where libvirt demands the same.</summary>
    /// <param name="uuid">The UUID.</param>
    public DomainXml WithUuid(Guid uuid) => Edit(root => DomainXmlEdit.SetUuid(root, uuid));

    /// <summary>A copy with a new random UUID.</summary>
    public DomainXml WithNewUuid() => WithUuid(Guid.NewGuid());

    /// <summary>A copy whose network interfaces have new random addresses, all in QEMU's range 52:54:00.</summary>
    public DomainXml WithNewMacs() => Edit(DomainXmlEdit.RenewMacs);

    /// <summary>A copy in which a disk is a file.</summary>
    /// <param name="target">The disk, by its target.</param>
    /// <param name="path">Absolute path of the file.</param>
    /// <param name="format">Format of the file.</param>
    /// <exception cref="ArgumentException">The document has no such disk.</exception>
    public DomainXml WithDiskSource(DiskName target, string path, ImageFormat format) =>
        WithDiskSource(target, new FileDiskSource { Path = path }, format);

    /// <summary>
    /// A copy in which a disk has another source. What belonged to the old one goes: backing store, mirror, encryption,
    /// authentication, its index and labels.
    /// </summary>
    /// <param name="target">The disk, by its target.</param>
    /// <param name="source">The new source.</param>
    /// <param name="format">Format of the new source.</param>
    /// <exception cref="ArgumentException">The document has no such disk.</exception>
    public DomainXml WithDiskSource(DiskName target, DiskSource source, ImageFormat format) =>
        Edit(root => DomainXmlEdit.SetDiskSource(root, target, source, format));

    /// <summary>A copy in which a disk's image has exactly one image below it.</summary>
    /// <param name="target">The disk, by its target; it has a source.</param>
    /// <param name="backing">The image below.</param>
    /// <param name="format">Format of the image below.</param>
    /// <exception cref="ArgumentException">The document has no such disk.</exception>
    public DomainXml WithBackingStore(DiskName target, DiskSource backing, ImageFormat format) =>
        Edit(root => DomainXmlEdit.SetBackingStore(root, target, backing, format));

    /// <summary>A copy with what QEMU does when a disk's image fails.</summary>
    /// <param name="target">The disk, by its target.</param>
    /// <param name="write">For writes (<c>stop</c>, <c>report</c>, ...); null means QEMU's default.</param>
    /// <param name="read">For reads; null means as for writes.</param>
    /// <exception cref="ArgumentException">The document has no such disk.</exception>
    public DomainXml WithErrorPolicies(DiskName target, string? write, string? read) =>
        Edit(root => DomainXmlEdit.SetErrorPolicies(root, target, write, read));

    /// <summary>A copy whose displays listen on ports that libvirt chooses, so that two domains do not share one.
    /// </summary>
    public DomainXml WithAutomaticPorts() => Edit(DomainXmlIsolation.RemoveGraphicsPorts);

    /// <summary>
    /// A copy that reaches nothing of the host or of other guests but its disks: no network, no host devices, no shared
    /// directories. What it writes to its first serial console goes to a file.
    /// </summary>
    /// <param name="consolePath">Absolute path of that file.</param>
    public DomainXml WithoutOutside(string consolePath) =>
        Edit(root => DomainXmlIsolation.Isolate(root, consolePath));

    /// <summary>
    /// A copy whose variable store is another file; UEFI that libvirt chooses has one, whether it is named or not.
    /// </summary>
    /// <param name="path">Absolute path of the file.</param>
    /// <exception cref="InvalidOperationException">The domain has no variable store.</exception>
    public DomainXml WithNvram(string path) => Edit(root => DomainXmlEdit.SetNvram(root, path));

    /// <summary>A copy without a disk.</summary>
    /// <param name="target">The disk, by its target.</param>
    /// <exception cref="ArgumentException">The document has no such disk.</exception>
    public DomainXml WithoutDisk(DiskName target) => Edit(root => DomainXmlEdit.RemoveDisk(root, target));

    /// <summary>
    /// A copy with other files for firmware and direct boot. With another firmware image libvirt no longer chooses it.
    /// </summary>
    /// <param name="loader">Absolute path of the firmware image; null leaves it.</param>
    /// <param name="kernel">Absolute path of the kernel; null leaves it.</param>
    /// <param name="initrd">Absolute path of the initial RAM disk; null leaves it.</param>
    public DomainXml WithBootFiles(string? loader, string? kernel, string? initrd) =>
        Edit(root => DomainXmlEdit.SetBootFiles(root, loader, kernel, initrd));

    /// <summary>
    /// A copy in which libvirt chooses the host's sockets of channels, so that two domains do not share one.
    /// </summary>
    public DomainXml WithoutChannelPaths() => Edit(DomainXmlEdit.RemoveChannelPaths);

    /// <summary>A copy without backing stores, so that libvirt reads each chain from the images.</summary>
    public DomainXml WithoutBackingStore() => Edit(DomainXmlEdit.RemoveBackingStores);

    /// <summary>The domain's name.</summary>
    public override string ToString() => Name;

    private static GuestAgentChannel ReadGuestAgent(ElementReader? devices)
    {
        foreach (ElementReader channel in devices?.Models("channel") ?? [])
        {
            if (channel.Child("target") is not { } target || target.Attribute("name") != "org.qemu.guest_agent.0")
                continue;
            return target.Attribute("state") switch
            {
                "connected" => GuestAgentChannel.Connected,
                "disconnected" => GuestAgentChannel.Disconnected,
                _ => GuestAgentChannel.Present,
            };
        }

        return GuestAgentChannel.Absent;
    }

    private DomainXml Edit(Action<XElement> edit)
    {
        XDocument copy = new(_document);
        edit(copy.Root!); // a copy of a document with a root
        return new DomainXml(copy, _elsewhere);
    }
}

using System.Xml.Linq;

namespace LibvirtBackup.Interop.Xml;

/// <summary>The edits that let a copy of a domain run without touching what the original uses.</summary>
internal static class DomainXmlIsolation
{
    /// <summary>Devices through which a guest reaches the host or others, or by which the host's are taken.</summary>
    private static readonly string[] s_outside =
    [
        "interface", "hostdev", "redirdev", "filesystem", "shmem", "vsock", "smartcard", "parallel",
    ];

    public static void RemoveGraphicsPorts(XElement root)
    {
        foreach (XElement graphics in root.Elements("devices").Elements("graphics"))
        {
            if ((string?)graphics.Attribute("type") is not ("vnc" or "spice"))
                continue;
            foreach (string port in (string[])["port", "tlsPort", "websocket", "socket"])
                graphics.SetAttributeValue(port, null);
            graphics.SetAttributeValue("autoport", "yes");
            foreach (XElement listen in graphics.Elements("listen"))
                listen.SetAttributeValue("socket", null);
        }
    }

    public static void Isolate(XElement root, string consolePath)
    {
        if (root.Element("devices") is not { } devices)
            return;
        foreach (string device in s_outside)
            DomainXmlEdit.Remove(devices, device);
        RemoveForeignChannels(devices);
        // Non-volatile memory is a file of the host, which the guest writes.
        foreach (XElement memory in devices.Elements("memory").ToArray())
        {
            if ((string?)memory.Attribute("model") is "nvdimm" or "virtio-pmem")
                memory.Remove();
        }

        // libvirt shows a first serial port as a console as well.
        XElement? first = devices.Element("serial") ?? devices.Element("console");
        XElement? target = first?.Element("target");
        string kind = first?.Name.LocalName ?? "serial";
        DomainXmlEdit.Remove(devices, "serial");
        DomainXmlEdit.Remove(devices, "console");
        devices.Add(new XElement(
            kind,
            new XAttribute("type", "file"),
            new XElement("source", new XAttribute("path", consolePath)),
            target));
        RemoveGraphicsPorts(root);
    }

    /// <summary>The agent's channel stays: only the host speaks there.</summary>
    private static void RemoveForeignChannels(XElement devices)
    {
        foreach (XElement channel in devices.Elements("channel").ToArray())
        {
            if ((string?)channel.Element("target")?.Attribute("name") != "org.qemu.guest_agent.0")
                channel.Remove();
        }
    }
}

using System.Xml.Linq;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Healing;

/// <summary>Changes what libvirt keeps of a guest that is off, as an administrator does.</summary>
internal static class DomainEdit
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Stops the guest when it runs, with everything on its disks.</summary>
    internal static async Task StopAsync(this LabGuest guest)
    {
        await guest.SyncAsync(Token);
        await guest.Host.Virsh.RunAsync(Token, "destroy", guest.Name);
    }

    /// <summary>Changes the definition; its checkpoints stay.</summary>
    internal static async Task RedefineAsync(this LabGuest guest, Action<XElement> change)
    {
        var xml = XElement.Parse(await guest.Host.Virsh.RunAsync(Token, "dumpxml", guest.Name, "--inactive"));
        change(xml);
        var path = Path.Combine(guest.Directory, "edited.xml");
        await File.WriteAllTextAsync(path, xml.ToString(), Token);
        await guest.Host.Virsh.RunAsync(Token, "define", path);
    }

    internal static XElement Disk(this XElement domain, string target) =>
        domain.Descendants("disk").Single(disk => (string?)disk.Element("target")!.Attribute("dev") == target);

    internal static string Source(this XElement disk) => (string)disk.Element("source")!.Attribute("file")!;

    internal static void SetSource(this XElement disk, string path) =>
        disk.Element("source")!.SetAttributeValue("file", path);
}

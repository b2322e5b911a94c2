using System.Globalization;
using System.Xml.Linq;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>The user and group that QEMU runs as, from libvirt's capabilities (<c>secmodel</c> <c>dac</c>).</summary>
internal sealed record QemuOwner(uint UserId, uint GroupId)
{
    /// <returns>Null when libvirt does not say: a session daemon runs QEMU as its own user.</returns>
    internal static QemuOwner? FromCapabilities(string capabilitiesXml)
    {
        var dac = XDocument.Parse(capabilitiesXml).Descendants("secmodel")
            .FirstOrDefault(model => (string?)model.Element("model") == "dac");
        // "+64055:+64055"
        var label = (string?)dac?.Element("baselabel");
        var parts = label?.Split(':');
        return parts is [['+', .. var user], ['+', .. var group]]
            ? new QemuOwner(
                uint.Parse(user, CultureInfo.InvariantCulture), uint.Parse(group, CultureInfo.InvariantCulture))
            : null;
    }
}

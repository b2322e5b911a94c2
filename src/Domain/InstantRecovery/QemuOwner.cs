using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace LibvirtBackup.InstantRecovery;

/// <summary>The user and group that libvirt runs QEMU as: its capabilities' <c>baselabel</c> of model dac.</summary>
internal static class QemuOwner
{
    /// <returns>The ids, or nulls where libvirt leaves files to their owners.</returns>
    internal static (uint? User, uint? Group) Find(string capabilitiesXml)
    {
        try
        {
            var label = XDocument.Parse(capabilitiesXml).Descendants("secmodel")
                .FirstOrDefault(model => (string?)model.Element("model") == "dac")?
                .Elements("baselabel").FirstOrDefault()?.Value;
            return label?.Split(':') is [var user, var group] ? (Parse(user), Parse(group)) : (null, null);
        }
        catch (XmlException)
        {
            return (null, null);
        }
    }

    // "+64055": libvirt marks ids that are numbers.
    private static uint? Parse(string id) =>
        uint.TryParse(id.TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}

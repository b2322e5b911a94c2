namespace LibvirtBackup.Cli.Json;

/// <summary>A libvirt XML document inside a JSON document.</summary>
internal sealed record XmlDocument(string Schema, string Xml)
{
    /// <summary>The document of a command.</summary>
    internal static XmlDocument Of(string command, string xml) => new($"lvbackup/{command}/1", xml);
}

using System.Web;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Hosts.Remote;

/// <summary>
/// Another host, as a connection's URI names it. A path that its libvirt tells means a file there: what has the same
/// name here is something else. In doubt a host is another one.
/// </summary>
internal sealed record RemoteHost
{
    /// <summary>The connection's URI, without what it says of keys.</summary>
    internal required string Uri { get; init; }

    internal required RemoteTransport Transport { get; init; }

    /// <summary>Name or address; empty where the URI has none.</summary>
    internal required string Host { get; init; }

    /// <summary>The user who logs in there, or null.</summary>
    internal string? User { get; init; }

    /// <summary>The port of ssh or libvirt, or null for the usual one.</summary>
    internal int? Port { get; init; }

    /// <summary>The ssh program that the URI asks for; null for the one in PATH.</summary>
    internal string? SshProgram { get; init; }

    /// <summary>The private key that the URI asks for; null for ssh's choice.</summary>
    internal string? SshKeyFile { get; init; }

    /// <returns>Null for a libvirt of this host.</returns>
    internal static RemoteHost? Of(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var scheme = uri.Split(':', 2)[0];
        var transport = scheme.Split('+', 2) is [_, var named] ? named : null;
        if (!System.Uri.TryCreate(uri, UriKind.Absolute, out var parsed))
            return new RemoteHost { Uri = scheme, Transport = RemoteTransport.Other, Host = "" };
        var host = parsed.Host.Trim('[', ']');
        if (host.Length == 0 && transport is null or "unix") return null;
        var parameters = HttpUtility.ParseQueryString(parsed.Query);
        return new RemoteHost
        {
            Uri = parsed.GetLeftPart(UriPartial.Path),
            Transport = transport switch
            {
                "ssh" or "libssh" or "libssh2" => RemoteTransport.Ssh,
                "tls" or null => RemoteTransport.Tls,
                "tcp" => RemoteTransport.Tcp,
                _ => RemoteTransport.Other,
            },
            Host = host,
            User = parsed.UserInfo.Length > 0 ? System.Uri.UnescapeDataString(parsed.UserInfo) : null,
            Port = parsed.Port > 0 ? parsed.Port : null,
            SshProgram = parameters["command"],
            SshKeyFile = parameters["keyfile"],
        };
    }

    /// <returns>Null for a libvirt of this host.</returns>
    internal static async Task<RemoteHost?> OfAsync(
        LibvirtConnection connection, CancellationToken cancellationToken) =>
        Of(await connection.GetUriAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Refuses what needs files of the libvirt's host, where that is another one.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="what">What is refused, such as <c>push</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">It is another host.</exception>
    internal static async Task RefuseAsync(
        LibvirtConnection connection, string what, CancellationToken cancellationToken)
    {
        if (await OfAsync(connection, cancellationToken).ConfigureAwait(false) is { } remote)
            throw new BackupException(
                FailureKind.NotSupported,
                $"{what} needs files of the host itself, and '{remote.Uri}' is another host than this one; run it "
                + "there");
    }

    /// <summary>A domain's definition; where its libvirt is elsewhere, it has no paths on this host.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<DomainXml> ReadDefinitionAsync(
        LibvirtDomain domain, CancellationToken cancellationToken)
    {
        var xml = DomainXml.Parse(await domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        return await OfAsync(domain.Connection, cancellationToken).ConfigureAwait(false) is null
            ? xml
            : xml.OnOtherHost();
    }
}

using System.Net;
using System.Net.Sockets;

namespace LibvirtBackup.Exports;

/// <summary>Writes NBD URIs (<c>doc/uri.md</c> of the NBD protocol).</summary>
internal static class NbdUri
{
    internal static string Of(EndPoint address, string export, bool isSecure)
    {
        var scheme = isSecure ? "nbds" : "nbd";
        var path = string.Join('/', export.Split('/').Select(Uri.EscapeDataString));
        return address is UnixDomainSocketEndPoint unix
            ? $"{scheme}+unix:///{path}?socket={string.Join('/', $"{unix}".Split('/').Select(Uri.EscapeDataString))}"
            : $"{scheme}://{address}/{path}";
    }
}

using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Hosts;

/// <summary>Connects to libvirt.</summary>
internal static class HostConnector
{
    /// <summary>Opens a connection that the caller closes.</summary>
    /// <param name="uri">The host, or null for the one that libvirt chooses.</param>
    /// <param name="origin">Where the user gave the URI, for the advice.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">libvirt could not be reached.</exception>
    internal static async Task<LibvirtConnection> OpenAsync(
        string? uri, string origin, CancellationToken cancellationToken)
    {
        // libvirt hands it to ssh as a part of the user's name.
        if (Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.UserInfo.Contains(':'))
            throw new BackupException(
                FailureKind.Usage,
                $"{origin} has a password, which process lists and logs would show; leave it out: ssh has keys, and "
                + "for SASL libvirt reads auth.conf");
        try
        {
            return await LibvirtConnection.OpenAsync(uri, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            var isHere = uri is null || RemoteHost.Of(uri) is null;
            var host = uri is null ? "libvirt on this host" : $"libvirt at '{uri}'";
            throw new BackupException(
                FailureKind.Failed,
                $"cannot connect to {host}: {e.Message}; " + (isHere && RightsAdvice.IsLockedOut(e)
                    ? RightsAdvice.Of(e)
                    : $"check {origin}, that libvirtd or virtqemud runs, and that you may use it"),
                e);
        }
        catch (DllNotFoundException e)
        {
            throw new BackupException(
                FailureKind.NotSupported,
                "libvirt.so.0 is not installed on this machine; install libvirt's client library (Debian: libvirt0)",
                e);
        }
    }
}

using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Hosts.Checks;

/// <summary>Looks whether a host has all that backups need. Nothing is changed.</summary>
internal static class HostExaminer
{
    /// <param name="connect">Opens the connection; its failure is a finding.</param>
    /// <param name="paths">What is looked at on this host.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<IReadOnlyList<HostCheck>> ExamineAsync(
        Func<CancellationToken, Task<LibvirtConnection>> connect, HostPaths paths, CancellationToken cancellationToken)
    {
        var checks = new List<HostCheck>();
        QemuOwner? owner = null;
        try
        {
            var connection = await connect(cancellationToken).ConfigureAwait(false);
            owner = await AskAsync(connection, checks, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupException e)
        {
            checks.Add(HostCheck.Problem(
                "connection", e.Message, RightsAdvice.Of(e.InnerException as LibvirtException)));
        }
        catch (LibvirtException e)
        {
            checks.Add(Refused(e));
        }

        return [.. checks, .. await new PathChecks(paths).RunAsync(owner, cancellationToken).ConfigureAwait(false)];
    }

    /// <returns>Whom QEMU runs as; null where it opens nothing on this host, or nobody knows.</returns>
    private static async Task<QemuOwner?> AskAsync(
        LibvirtConnection connection, List<HostCheck> checks, CancellationToken cancellationToken)
    {
        var uri = await connection.GetUriAsync(cancellationToken).ConfigureAwait(false);
        var remote = RemoteHost.Of(uri);
        checks.Add(HostCheck.Good("connection", remote?.Uri ?? uri));
        checks.Add(await CheckVersionsAsync(connection, cancellationToken).ConfigureAwait(false));
        checks.Add(await CheckRightsAsync(connection, cancellationToken).ConfigureAwait(false));
        var owner = QemuOwner.FromCapabilities(
            await connection.GetCapabilitiesXmlAsync(cancellationToken).ConfigureAwait(false));
        checks.Add(HostCheck.Good(
            "qemu-user",
            owner is null ? "QEMU runs as libvirt's user" : $"QEMU runs as {owner.UserId}:{owner.GroupId}"));
        if (remote is null) return owner;
        checks.Add(HostCheck.Warning(
            "paths", $"'{remote.Uri}' is another host: its directories, logs and programs were not looked at",
            "run 'lvbackup doctor --host' there"));
        return null;
    }

    private static async Task<HostCheck> CheckVersionsAsync(
        LibvirtConnection connection, CancellationToken cancellationToken)
    {
        const string name = "versions";
        try
        {
            var found = await HostRequirements.CheckAsync(connection, cancellationToken).ConfigureAwait(false);
            return HostCheck.Good(name, $"libvirt {found.Libvirt}, QEMU {found.Qemu}");
        }
        catch (BackupException e)
        {
            return HostCheck.Problem(name, e.Message, "upgrade the host to libvirt 7.6 and QEMU 6.1 or newer");
        }
    }

    /// <summary>What only a connection that may change things can do is asked for.</summary>
    private static async Task<HostCheck> CheckRightsAsync(
        LibvirtConnection connection, CancellationToken cancellationToken)
    {
        const string name = "rights";
        var domains = await connection.ListDomainsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            await RequireWritingAsync(connection, cancellationToken).ConfigureAwait(false);
            if (domains.Count == 0)
                return HostCheck.Good(name, "the connection may write; there is no domain to try it on");
            await domains[0].GetXmlAsync(VirDomainXMLFlags.Secure, cancellationToken).ConfigureAwait(false);
            return HostCheck.Good(name, $"all of {domains.Count} domains may be managed");
        }
        catch (LibvirtException e)
        {
            return Refused(e);
        }
        finally
        {
            foreach (var domain in domains) domain.Dispose();
        }
    }

    /// <summary>
    /// Asks for something that changes nothing and is not done for readers: the definition of no machine, in a format
    /// that no driver knows.
    /// </summary>
    private static async Task RequireWritingAsync(LibvirtConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ConvertToDomainXmlAsync("lvbackup-none", "", cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (!RightsAdvice.IsDenied(e))
        {
            // It does not know the format, so it would have done it.
        }
    }

    private static HostCheck Refused(LibvirtException e) =>
        HostCheck.Problem("rights", $"libvirt refuses: {e.Message}", RightsAdvice.Of(e));
}

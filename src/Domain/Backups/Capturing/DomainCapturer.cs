using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Capturing;

/// <summary>
/// Collects what a domain is besides its disks, moments before their instant. Nothing here makes a backup fail: what
/// cannot be had is a warning.
/// </summary>
internal sealed class DomainCapturer(BackupContext context, LibvirtDomain domain, BlobWriter writer)
{
    private readonly List<string> _warnings = []; // its own: the plan is made meanwhile

    /// <param name="selection">The disks.</param>
    /// <param name="wasRunning">Whether the domain ran before this backup, which may have started it itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<CapturedDomain> CaptureAsync(
        DiskSelection selection, bool wasRunning, CancellationToken cancellationToken)
    {
        // The guest agent takes its time, and so may programs: all at once.
        var images = ImageInspection.InspectAsync(selection.Disks, cancellationToken);
        var live = await RemoteHost.ReadDefinitionAsync(domain, cancellationToken).ConfigureAwait(false);
        var guest = new GuestInquiry(domain, context.Time).AskAsync(live, cancellationToken);
        var (definition, hasSecrets) = await GetDefinitionAsync(cancellationToken).ConfigureAwait(false);
        var uri = await domain.Connection.GetUriAsync(cancellationToken).ConfigureAwait(false);
        var files = new AttachmentWriter(writer, context.Repository.ChunkSizeBytes, _warnings);
        return new CapturedDomain
        {
            DefinitionXml = definition,
            HasSecrets = hasSecrets,
            WasRunning = wasRunning,
            Autostart = await GetAutostartAsync(cancellationToken).ConfigureAwait(false),
            Host = new PointHost(
                await domain.Connection.GetHostnameAsync(cancellationToken).ConfigureAwait(false),
                context.Host.Libvirt.ToString(),
                context.Host.Qemu.ToString()),
            Attachments = RemoteHost.Of(uri) is { } remote
                ? LeaveOut(live, remote)
                : await files.StoreAsync(AttachmentFinder.Find(live, domain.Uuid, uri), cancellationToken)
                    .ConfigureAwait(false),
            GuestInfo = await guest.ConfigureAwait(false),
            Images = await images.ConfigureAwait(false),
            Warnings = _warnings,
        };
    }

    private async Task<(string Xml, bool HasSecrets)> GetDefinitionAsync(CancellationToken cancellationToken)
    {
        if (context.Repository.IsEncrypted || context.Request.IncludeSecrets)
        {
            try
            {
                var flags = VirDomainXMLFlags.Inactive | VirDomainXMLFlags.Secure;
                return (await domain.GetXmlAsync(flags, cancellationToken).ConfigureAwait(false), true);
            }
            catch (LibvirtException e) when (e.Code is VirErrorNumber.OperationDenied or VirErrorNumber.AccessDenied)
            {
                _warnings.Add($"the definition is stored without its secrets: {e.Message}");
            }
        }

        return (await domain.GetXmlAsync(VirDomainXMLFlags.Inactive, cancellationToken).ConfigureAwait(false), false);
    }

    /// <summary>Files of another host cannot be read, and what has their names here must not be.</summary>
    private IReadOnlyList<PointAttachment> LeaveOut(DomainXml live, RemoteHost remote)
    {
        var names = AttachmentFinder.Name(live);
        if (names.Count > 0)
            _warnings.Add(
                $"not in the restore point: {string.Join(", ", names)}, which cannot be read from '{remote.Uri}'; "
                + "take points with lvbackup on that host to have them");
        return [];
    }

    private async Task<bool> GetAutostartAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await domain.GetAutostartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException)
        {
            return false; // a transient domain has no such setting
        }
    }
}

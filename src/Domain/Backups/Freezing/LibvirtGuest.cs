using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Freezing;

/// <summary>A guest behind libvirt; when its connection breaks, behind a new one.</summary>
/// <param name="uri">Where libvirt is.</param>
/// <param name="uuid">The domain's UUID.</param>
/// <param name="borrowed">The domain on somebody's connection, for as long as that works, or null.</param>
internal sealed class LibvirtGuest(string uri, Guid uuid, LibvirtDomain? borrowed) : IGuestFileSystems, IAsyncDisposable
{
    /// <summary>A thaw is a matter of milliseconds; but a guest that ran a hook before runs one after it.</summary>
    private static readonly TimeSpan s_thawTimeout = TimeSpan.FromSeconds(20);

    private LibvirtConnection? _own;
    private LibvirtDomain? _domain = borrowed;

    public async Task<string?> FindObstacleAsync()
    {
        var domain = await GetDomainAsync().ConfigureAwait(false);
        var state = await domain.GetStateAsync(CancellationToken.None).ConfigureAwait(false);
        if (state.State != VirDomainState.Running) return "the domain is paused";
        var xml = await domain.GetXmlAsync(cancellationToken: CancellationToken.None).ConfigureAwait(false);
        var obstacle = DomainXml.Parse(xml).GuestAgent switch
        {
            GuestAgentChannel.Absent => "the domain has no channel for a guest agent",
            GuestAgentChannel.Disconnected => "no guest agent runs in the guest",
            _ => null,
        };
        if (obstacle is not null) return obstacle;
        try
        {
            // An agent that hangs fails here, where nothing is frozen for sure, after libvirt's 5 s.
            await domain.GetGuestTimeAsync(CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (LibvirtException e)
        {
            return $"its guest agent does not answer: {e.Message}";
        }
    }

    public async Task<int> FreezeAsync(IReadOnlyList<string> mountPoints, TimeSpan timeout)
    {
        var domain = await GetDomainAsync().ConfigureAwait(false);
        await domain.SetAgentTimeoutAsync(timeout, CancellationToken.None).ConfigureAwait(false);
        return await domain.FreezeFileSystemsAsync(mountPoints, CancellationToken.None).ConfigureAwait(false);
    }

    public async Task<int> ThawAsync()
    {
        var domain = await GetDomainAsync().ConfigureAwait(false);
        await domain.SetAgentTimeoutAsync(s_thawTimeout, CancellationToken.None).ConfigureAwait(false);
        try
        {
            return await domain.ThawFileSystemsAsync(cancellationToken: CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            await domain.SetAgentTimeoutAsync(timeout: null, CancellationToken.None).ConfigureAwait(false);
        }
    }

    public async Task<int> ResumeAsync()
    {
        var domain = await GetDomainAsync().ConfigureAwait(false);
        var state = await domain.GetStateAsync(CancellationToken.None).ConfigureAwait(false);
        if (state.State != VirDomainState.Paused) return 0;
        await domain.ResumeAsync(CancellationToken.None).ConfigureAwait(false);
        return 1;
    }

    public async Task<bool> IsActiveAsync()
    {
        var domain = await GetDomainAsync().ConfigureAwait(false);
        return await domain.IsActiveAsync(CancellationToken.None).ConfigureAwait(false);
    }

    public Task ReconnectAsync()
    {
        // A connection whose daemon hangs is closed only when the daemon answers: nobody waits for that.
        _ = _own?.DisposeAsync().AsTask();
        (_own, _domain) = (null, null);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync() => await ReconnectAsync().ConfigureAwait(false);

    /// <summary>Connects, unless it is connected.</summary>
    /// <exception cref="LibvirtException">libvirt cannot be reached, or has no such domain.</exception>
    internal async Task<LibvirtDomain> GetDomainAsync()
    {
        if (_domain is { Connection.Closed.IsCompleted: false } current) return current;
        await ReconnectAsync().ConfigureAwait(false);
        _own = await LibvirtConnection.OpenAsync(uri, cancellationToken: CancellationToken.None).ConfigureAwait(false);
        return _domain = await _own.LookupDomainAsync(uuid, CancellationToken.None).ConfigureAwait(false);
    }
}

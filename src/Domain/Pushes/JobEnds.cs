using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Pushes;

/// <summary>
/// How backup jobs of a domain ended since the watch began, as libvirt's events tell it. Its statistics tell only of
/// the last job, whose ever that was.
/// </summary>
internal sealed class JobEnds : IAsyncDisposable
{
    private readonly EventSubscription<DomainJobCompletedEvent> _events;
    private readonly Task _reading;
    private volatile IReadOnlyList<DomainJobCompletedEvent> _seen = [];

    private JobEnds(EventSubscription<DomainJobCompletedEvent> events)
    {
        _events = events;
        _reading = ReadAsync();
    }

    /// <summary>In their order.</summary>
    internal IReadOnlyList<DomainJobCompletedEvent> Seen => _seen;

    internal static async Task<JobEnds> WatchAsync(LibvirtDomain domain) => new(
        await domain.Connection.Events.JobsCompletedAsync(domain, cancellationToken: CancellationToken.None)
            .ConfigureAwait(false));

    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var end in _events.WithCancellation(CancellationToken.None).ConfigureAwait(false))
                if (end.Operation == VirDomainJobOperation.Backup)
                    _seen = [.. _seen, end];
        }
        catch (Exception e) when (e is EventsLostException or LibvirtConnectionLostException)
        {
            // Without the end of the job nobody knows how it went: the push fails.
        }
    }
}

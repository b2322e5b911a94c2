using System.Collections.Concurrent;
using LibvirtBackup.Interop.Libvirt;
using Status = LibvirtBackup.Interop.Libvirt.VirConnectDomainEventBlockJobStatus;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>The events of a domain of a real libvirt.</summary>
internal sealed class LibvirtDomainWatch : IDomainWatch
{
    private readonly ConcurrentQueue<string> _changes = new();
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private readonly List<Task> _readers = [];

    private LibvirtDomainWatch()
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Changes => [.. _changes];

    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Gives up; nothing stays registered.</param>
    internal static async Task<LibvirtDomainWatch> StartAsync(
        LibvirtDomain domain, CancellationToken cancellationToken)
    {
        var watch = new LibvirtDomainWatch();
        try
        {
            var events = domain.Connection.Events;
            watch.Follow(
                await events.BlockJobsAsync(domain, cancellationToken: cancellationToken).ConfigureAwait(false),
                watch.Note);
            watch.Follow(
                await events.LifecycleAsync(domain, cancellationToken: cancellationToken).ConfigureAwait(false),
                watch.Note);
            watch.Follow(
                await events.DevicesAddedAsync(domain, cancellationToken: cancellationToken).ConfigureAwait(false),
                one => watch._changes.Enqueue($"device '{one.DeviceAlias}' was plugged in"));
            watch.Follow(
                await events.DevicesRemovedAsync(domain, cancellationToken: cancellationToken).ConfigureAwait(false),
                one => watch._changes.Enqueue($"device '{one.DeviceAlias}' was unplugged"));
            return watch;
        }
        catch
        {
            await watch.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions) await subscription.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_readers).ConfigureAwait(false);
    }

    private void Follow<T>(EventSubscription<T> subscription, Action<T> note)
    {
        _subscriptions.Add(subscription);
        _readers.Add(ReadAsync(subscription, note));
    }

    private async Task ReadAsync<T>(EventSubscription<T> subscription, Action<T> note)
    {
        try
        {
            await foreach (var one in subscription.WithCancellation(CancellationToken.None).ConfigureAwait(false))
                note(one);
        }
        catch (Exception e) when (e is EventsLostException or LibvirtConnectionLostException)
        {
            _changes.Enqueue($"libvirt's events were lost ({e.Message})");
        }
    }

    private void Note(DomainBlockJobEvent one)
    {
        var how = one.Status switch
        {
            Status.Completed => "was completed",
            Status.Failed => "failed",
            Status.Canceled => "was ended",
            _ => null,
        };
        // A backup's own jobs are ours, for the domain can have only one.
        if (how is not null && one.Type != VirDomainBlockJobType.Backup)
            _changes.Enqueue($"a block job ({one.Type}) of disk '{one.Disk}' {how}");
    }

    private void Note(DomainLifecycleEvent one)
    {
        var what = one.Type switch
        {
            VirDomainEventType.Defined => "the domain was defined anew",
            VirDomainEventType.Undefined => "the domain was undefined",
            VirDomainEventType.Started => "the domain was started",
            VirDomainEventType.Stopped or VirDomainEventType.Crashed => "the domain was stopped",
            _ => null, // pausing, resuming and the like change nothing
        };
        if (what is not null) _changes.Enqueue(what);
    }
}

using System.Threading.Channels;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>The events that wait for one subscription's reader; never blocks the event loop.</summary>
internal sealed class EventChannel<T>(int capacity)
{
    // 'Wait' makes TryWrite refuse when the channel is full instead of dropping an event without a word.
    private readonly Channel<T> _channel = Channel.CreateBounded<T>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.Wait });

    public ChannelReader<T> Reader => _channel.Reader;

    public void Publish(T item)
    {
        if (!_channel.Writer.TryWrite(item))
            Complete(new EventsLostException(capacity));
    }

    /// <summary>Ends the stream: quietly with null, else by throwing to the reader. The first end counts.</summary>
    public void Complete(Exception? error) => _channel.Writer.TryComplete(error);
}

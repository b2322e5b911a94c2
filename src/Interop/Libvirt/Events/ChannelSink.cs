using System.Threading.Channels;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Copies events into a bounded channel without ever blocking the event loop.</summary>
internal sealed class ChannelSink<T>(int capacity) : EventSink
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

    public override void Complete(Exception? error) => _channel.Writer.TryComplete(error);
}

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// The reader of an event subscription fell behind and events were lost. Everything that was buffered has been
/// delivered before. Dispose the subscription, subscribe again, then read the state that the events were to tell.
/// </summary>
public sealed class EventsLostException : Exception
{
    internal EventsLostException(int capacity)
        : base($"events were lost: more than {capacity} waited to be read; subscribe again and re-read the state") =>
        Capacity = capacity;

    /// <summary>How many events the subscription could hold.</summary>
    public int Capacity { get; }
}

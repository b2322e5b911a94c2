namespace LibvirtBackup.Interop.Libvirt;

/// <summary>The managed side of a connection's close callback.</summary>
internal sealed class CloseSink(Action<VirConnectCloseReason> closed) : EventSink
{
    public void Publish(VirConnectCloseReason reason) => closed(reason);

    public override void Complete(Exception? error)
    {
        // Nobody reads a stream here: the connection's Closed task is completed by Publish or by disposing.
    }
}

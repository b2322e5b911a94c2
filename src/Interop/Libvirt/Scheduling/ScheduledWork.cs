namespace LibvirtBackup.Interop.Libvirt;

/// <summary>One queued call of a <see cref="LibvirtScheduler"/>.</summary>
internal abstract class ScheduledWork
{
    protected ScheduledWork() => Node = new LinkedListNode<ScheduledWork>(this);

    /// <summary>The place in the queue, so that a cancelled item can leave it; for the scheduler's lock.</summary>
    public LinkedListNode<ScheduledWork> Node { get; }

    /// <summary>Runs the call on the current thread; never throws.</summary>
    public abstract void Execute();
}

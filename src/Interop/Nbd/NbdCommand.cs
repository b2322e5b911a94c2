namespace LibvirtBackup.Interop.Nbd;

/// <summary>A request on its way to the server; the I/O thread issues it once and completes it exactly once.</summary>
internal abstract class NbdCommand
{
    /// <summary>The next one in <see cref="NbdCommandQueue"/>.</summary>
    public NbdCommand? Next { get; set; }

    /// <summary>The function of libnbd that issues it.</summary>
    public abstract string Function { get; }

    /// <summary>True when nobody waits for it any more, so that it need not be issued.</summary>
    public abstract bool IsAbandoned { get; }

    /// <summary>Hands it to libnbd.</summary>
    /// <param name="handle">The struct nbd_handle.</param>
    /// <returns>libnbd's cookie; -1 with libnbd's error of this thread set.</returns>
    public abstract long Issue(nint handle);

    /// <summary>Ends it: from now on libnbd does not touch its memory. Never runs code of the waiter.</summary>
    /// <param name="error">Why it failed; null when it succeeded.</param>
    public abstract void Complete(Exception? error);
}

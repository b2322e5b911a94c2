namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>What befalls a run while it is under way.</summary>
internal enum Befalling
{
    /// <summary>Our process is killed; of what it appended to the journal last, a beginning may be there.</summary>
    Crash,

    /// <summary>One call fails: before it did anything, or after it has done all.</summary>
    Failure,

    /// <summary>Somebody presses Control-C.</summary>
    Cancelling,

    /// <summary>QEMU is killed; the domain is off.</summary>
    QemuKilled,

    /// <summary>QEMU is killed, and the domain started again at once.</summary>
    QemuRestarted,

    /// <summary>The guest shuts down.</summary>
    ShutDown,

    /// <summary>libvirtd is killed and comes back: connections are broken.</summary>
    DaemonRestarted,

    /// <summary>libvirtd is killed and stays away until the run is over.</summary>
    DaemonGone,

    /// <summary>QEMU's backup job ends unseen by libvirtd; its NBD server stays, and serves the live disk.</summary>
    JobLost,

    /// <summary>The guest writes.</summary>
    Writes,
}

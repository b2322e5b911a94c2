namespace LibvirtBackup.Cli.Signals;

/// <summary>A signal that asks the program to stop, by its usual name.</summary>
internal enum SignalName
{
    /// <summary>Control-C.</summary>
    SIGINT,

    /// <summary>The polite kill.</summary>
    SIGTERM,

    /// <summary>The terminal went away.</summary>
    SIGHUP,
}

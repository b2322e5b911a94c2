namespace LibvirtBackup.Cli;

/// <summary>The exit codes that scripts rely on.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    internal const int Done = 0;

    /// <summary>Failed; one line on stderr says what, on what, why and what next.</summary>
    internal const int Failed = 1;

    /// <summary>Wrong usage.</summary>
    internal const int Usage = 2;

    /// <summary>Done with warnings; only with <c>--strict</c>.</summary>
    internal const int Warnings = 3;

    /// <summary>Stored data does not verify.</summary>
    internal const int Integrity = 4;

    /// <summary>Another job or lock is in the way.</summary>
    internal const int Busy = 5;

    /// <summary>This host cannot do it.</summary>
    internal const int NotSupported = 6;

    /// <summary>Interrupted by a signal, after clean-up.</summary>
    internal const int Interrupted = 130;
}

namespace LibvirtBackup.Interop.Posix;

/// <summary>The terminal of this process.</summary>
public static class PosixTerminal
{
    private const int StandardOutput = 1;

    /// <summary>Columns of the terminal that stdout is; null when it is none, or does not tell.</summary>
    /// <remarks><see cref="Console.WindowWidth"/> writes escape sequences to the terminal before it answers.</remarks>
    public static int? GetColumns() =>
        ShimNative.TerminalColumns(StandardOutput) is > 0 and var columns ? columns : null;
}

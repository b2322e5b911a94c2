using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Posix;

/// <summary>How this process takes signals.</summary>
public static class ProcessSignals
{
    private const int SigInt = 2;
    private const nint SigDefault = 0;

    /// <summary>
    /// Makes SIGINT count again where the process was started with it ignored, as shells start background jobs of
    /// scripts. The runtime respects that, and a handler for it would never be called. Call it before any handler is
    /// registered.
    /// </summary>
    /// <exception cref="PosixException">The C library refused.</exception>
    public static void HeedInterrupt()
    {
        if (IsIgnored(SigInt) && LibC.Signal(SigInt, SigDefault) == -1)
            throw PosixException.FromLastError("signal", "SIGINT");
    }

    /// <summary>
    /// Puts this process into a session of its own: what a terminal or a shell sends to the group of the process that
    /// started it, Control-C first of all, no longer reaches it. Without effect where it leads a group already.
    /// </summary>
    public static void LeaveSession()
    {
        if (LibC.SetSid() == -1 && Marshal.GetLastPInvokeError() is var errno and not Errno.NotPermitted)
            throw new PosixException(errno, "setsid", "this process");
    }

    /// <summary>
    /// Sends a signal to all processes of a group, such as a program that was started in a session of its own and what
    /// it has started; without effect when there is none left.
    /// </summary>
    /// <param name="leader">The process id of the group's leader, more than 1.</param>
    /// <param name="kill">True for SIGKILL, which cannot be caught; else SIGTERM.</param>
    public static void EndGroup(int leader, bool kill)
    {
        // kill(-1) would be everybody.
        ArgumentOutOfRangeException.ThrowIfLessThan(leader, 2);
        if (LibC.Kill(-leader, kill ? LibC.SignalKill : LibC.SignalTerminate) != 0
            && Marshal.GetLastPInvokeError() is var errno and not Errno.NoProcess)
            throw new PosixException(errno, "kill", $"process group {leader}");
    }

    /// <summary>Tells whether a signal is ignored, by its number.</summary>
    /// <exception cref="PosixException">There is no such signal.</exception>
    internal static bool IsIgnored(int signal) => ShimNative.IsSignalIgnored(signal) switch
    {
        -1 => throw PosixException.FromLastError("sigaction", $"signal {signal}"),
        var ignored => ignored != 0,
    };
}

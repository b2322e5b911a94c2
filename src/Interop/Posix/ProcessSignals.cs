using System.Globalization;
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

    /// <summary>Tells whether a signal is ignored, by its number.</summary>
    internal static bool IsIgnored(int signal)
    {
        const string field = "SigIgn:";
        string? mask = File.ReadLines("/proc/self/status")
            .FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return mask is not null
            && ulong.TryParse(
                mask.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong bits)
            && (bits >> (signal - 1) & 1) != 0;
    }
}

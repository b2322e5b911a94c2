using System.Globalization;
using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Posix;

/// <summary>
/// Tells one run of a process from every other on this machine: a process id alone is used again after a while. Store
/// it where others must find out whether the writer still lives.
/// </summary>
/// <param name="ProcessId">The process id, as its own PID namespace numbers it.</param>
/// <param name="StartTime">When it started, in clock ticks since boot (field 22 of /proc/PID/stat).</param>
/// <param name="BootId">The boot of the machine, from /proc/sys/kernel/random/boot_id.</param>
/// <param name="PidNamespace">The PID namespace that numbers it, such as <c>pid:[4026531836]</c>.</param>
public sealed record ProcessIdentity(int ProcessId, long StartTime, string BootId, string PidNamespace)
{
    private static readonly Lazy<ProcessIdentity> s_current = new(() => ForProcess(Environment.ProcessId)
        ?? throw new PosixException(Errno.NoProcess, "open", $"/proc/{Environment.ProcessId}/stat"));

    /// <summary>This process.</summary>
    public static ProcessIdentity Current => s_current.Value;

    /// <summary>Identifies a running process of this PID namespace; null when there is none with that id.</summary>
    /// <param name="processId">The process id.</param>
    public static ProcessIdentity? ForProcess(int processId)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(processId);
        return ReadStat(processId) is { IsEnded: false } stat
            ? new ProcessIdentity(processId, stat.StartTime, ReadBootId(), ReadPidNamespace())
            : null;
    }

    /// <summary>
    /// Tells whether the process still runs. True as well when that cannot be told: a process of another PID
    /// namespace (a container), or /proc does not show it to us.
    /// </summary>
    public bool IsAlive()
    {
        if (BootId != ReadBootId())
            return false;
        if (PidNamespace != ReadPidNamespace())
            return true;
        if (LibC.Kill(ProcessId, 0) != 0 && Marshal.GetLastPInvokeError() == Errno.NoProcess)
            return false;
        return ReadStat(ProcessId) is not { } stat || (!stat.IsEnded && stat.StartTime == StartTime);
    }

    /// <summary>
    /// Sends a signal to the process if it still runs, in this PID namespace; without effect when it does not.
    /// </summary>
    /// <param name="kill">True for SIGKILL, which cannot be caught; else SIGTERM.</param>
    /// <exception cref="PosixException">It runs, and may not be signalled.</exception>
    public void End(bool kill)
    {
        if (PidNamespace != ReadPidNamespace() || !IsAlive())
            return;
        if (LibC.Kill(ProcessId, kill ? LibC.SignalKill : LibC.SignalTerminate) != 0
            && Marshal.GetLastPInvokeError() is var errno && errno != Errno.NoProcess)
            throw new PosixException(errno, "kill", $"process {ProcessId}");
    }

    private static string ReadBootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    private static string ReadPidNamespace() => new FileInfo("/proc/self/ns/pid").LinkTarget ?? string.Empty;

    private static (long StartTime, bool IsEnded)? ReadStat(int processId)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{processId}/stat");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The second field is the name in parentheses, which may itself hold spaces and parentheses.
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        const int state = 0, startTime = 19;
        return (long.Parse(fields[startTime], CultureInfo.InvariantCulture), fields[state] is "Z" or "X");
    }
}

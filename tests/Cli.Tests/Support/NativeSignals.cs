using System.Runtime.InteropServices;

namespace LibvirtBackup.Cli.Tests.Support;

/// <summary>kill(2); .NET can only send SIGKILL.</summary>
internal static partial class NativeSignals
{
    internal static int Send(int process, PosixSignal signal) => Kill(process, signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGTERM => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    });

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}

using LibvirtBackup.Cli.Signals;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Qmp;
using LibvirtBackup.Restores;

namespace LibvirtBackup.Cli.Failures;

/// <summary>Turns what was thrown into the line and the exit code that users get.</summary>
internal static class FailureReader
{
    /// <summary>Reads an exception.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="command">The command, for what does not say itself what failed.</param>
    /// <param name="signal">The signal that interrupted the command, or null.</param>
    internal static Failure Read(Exception exception, string command, SignalName? signal) => exception switch
    {
        RestoreInterruptedException left when signal is { } name => new Failure(
            ExitCode.Interrupted, $"interrupted by {name}; {left.Message}"),
        OperationCanceledException when signal is { } name => new Failure(
            ExitCode.Interrupted, $"interrupted by {name}; what was begun has been cleaned up"),
        BackupException expected => new Failure(
            CodeOf(expected.Kind), OneLine(expected.Message), CodesOf(expected.InnerException)),
        LibvirtException refused => new Failure(
            CodeOf(refused.Code), OneLine($"{command}: {refused.Message}{Advice(refused)}"), CodesOf(refused)),
        LibvirtXmlException or LibvirtConnectionLostException or QmpException or IOException
            or UnauthorizedAccessException => new Failure(ExitCode.Failed, OneLine($"{command}: {exception.Message}")),
        _ => new Failure(
            ExitCode.Failed,
            OneLine($"{command}: internal error: {exception.GetType().Name}: {exception.Message}; "
                + "this is a defect of lvbackup, please report it with what --verbose prints")),
    };

    /// <summary>Joins the lines of a message; libvirt's schema errors have several.</summary>
    internal static string OneLine(string message) => string.Join(
        "; ", message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static string Advice(LibvirtException refused) =>
        RightsAdvice.IsDenied(refused) ? $"; {RightsAdvice.Of(refused)}" : "";

    private static LibvirtCodes? CodesOf(Exception? exception) => exception switch
    {
        null => null,
        LibvirtException e => new LibvirtCodes((int)e.Code, (int)e.Domain),
        _ => CodesOf(exception.InnerException),
    };

    // libvirt says "timeout" when another job on the domain kept it waiting for half a minute.
    private static int CodeOf(VirErrorNumber code) => code switch
    {
        VirErrorNumber.NoSupport => ExitCode.NotSupported,
        VirErrorNumber.OperationTimeout => ExitCode.Busy,
        _ => ExitCode.Failed,
    };

    private static int CodeOf(FailureKind kind) => kind switch
    {
        FailureKind.Failed => ExitCode.Failed,
        FailureKind.Usage => ExitCode.Usage,
        FailureKind.Integrity => ExitCode.Integrity,
        FailureKind.Busy => ExitCode.Busy,
        FailureKind.NotSupported => ExitCode.NotSupported,
    };
}

using LibvirtBackup.Cli.Failures;
using LibvirtBackup.Cli.Signals;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Cli.Tests;

public sealed class FailureReaderTests
{
    [Theory]
    [InlineData(FailureKind.Failed, 1)]
    [InlineData(FailureKind.Usage, 2)]
    [InlineData(FailureKind.Integrity, 4)]
    [InlineData(FailureKind.Busy, 5)]
    [InlineData(FailureKind.NotSupported, 6)]
    public void An_expected_failure_has_the_code_of_its_kind(FailureKind kind, int exitCode) =>
        Assert.Equal(new Failure(exitCode, "why"), Read(new BackupException(kind, "why")));

    [Fact]
    public void The_codes_of_libvirt_are_found_behind_the_explanation()
    {
        var refused = new LibvirtException("virDomainX", VirErrorNumber.NoDomain, VirErrorDomain.Qemu, "no such");
        Assert.Equal(
            new Failure(1, "why", new LibvirtCodes(42, 10)),
            Read(new BackupException(FailureKind.Failed, "why", new IOException("x", refused))));
    }

    [Theory]
    [InlineData(VirErrorNumber.NoSupport, 6)]
    [InlineData(VirErrorNumber.OperationTimeout, 5)]
    [InlineData(VirErrorNumber.XmlInvalidSchema, 1)]
    public void A_refusal_of_libvirt_is_one_line_with_the_command(VirErrorNumber code, int exitCode)
    {
        var refused = new LibvirtException("virDomainX", code, VirErrorDomain.Qemu, "line one\n  line two\n");
        Assert.Equal(new Failure(exitCode, "list: line one; line two", new LibvirtCodes((int)code, 10)), Read(refused));
    }

    [Fact]
    public void A_signal_makes_code_130_and_nothing_else_does()
    {
        Assert.Equal(130, FailureReader.Read(new OperationCanceledException(), "list", SignalName.SIGTERM).ExitCode);
        Assert.Contains("defect", Read(new OperationCanceledException()).Message, StringComparison.Ordinal);
        Assert.Equal(1, FailureReader.Read(new IOException("x"), "list", SignalName.SIGTERM).ExitCode);
    }

    [Fact]
    public void What_nobody_expects_is_called_a_defect() => Assert.Equal(
        new Failure(1, "list: internal error: InvalidOperationException: odd; this is a defect of lvbackup, "
            + "please report it with what --verbose prints"),
        Read(new InvalidOperationException("odd")));

    private static Failure Read(Exception exception) => FailureReader.Read(exception, "list", null);
}

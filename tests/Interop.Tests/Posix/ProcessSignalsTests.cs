using LibvirtBackup.Interop.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Posix;

public sealed class ProcessSignalsTests
{
    private const int SigPipe = 13;
    private const int SigTerm = 15;

    [Fact]
    public void The_signals_that_the_runtime_ignores_are_told_from_those_it_does_not()
    {
        Assert.True(ProcessSignals.IsIgnored(SigPipe));
        Assert.False(ProcessSignals.IsIgnored(SigTerm));
    }

    [Fact]
    public void A_number_that_is_no_signal_is_refused() =>
        Assert.Throws<PosixException>(() => ProcessSignals.IsIgnored(1000));
}

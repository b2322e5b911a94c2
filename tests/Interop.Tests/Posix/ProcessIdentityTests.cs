using System.Diagnostics;
using LibvirtBackup.Interop.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Posix;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void This_process_is_alive_and_knows_itself()
    {
        Assert.Equal(Environment.ProcessId, ProcessIdentity.Current.ProcessId);
        Assert.True(ProcessIdentity.Current.IsAlive());
        Assert.Equal(ProcessIdentity.Current, ProcessIdentity.ForProcess(Environment.ProcessId));
    }

    [Fact]
    public void A_process_that_ended_is_dead()
    {
        using Process process = Process.Start("sleep", "60");
        ProcessIdentity? identity = ProcessIdentity.ForProcess(process.Id);
        Assert.NotNull(identity);
        Assert.True(identity.IsAlive());
        process.Kill();
        process.WaitForExit();
        Assert.False(identity.IsAlive());
        Assert.Null(ProcessIdentity.ForProcess(process.Id));
    }

    [Fact]
    public void The_same_process_id_in_another_life_is_dead()
    {
        Assert.False((ProcessIdentity.Current with { StartTime = 1 }).IsAlive());
        Assert.False((ProcessIdentity.Current with { BootId = "another boot" }).IsAlive());
    }

    [Fact]
    public void A_process_of_another_namespace_is_given_the_benefit_of_the_doubt() =>
        Assert.True((ProcessIdentity.Current with { PidNamespace = "pid:[1]", StartTime = 1 }).IsAlive());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_process_is_ended_and_another_life_of_its_id_is_not(bool kill)
    {
        using Process process = Process.Start("sleep", "60");
        ProcessIdentity identity = ProcessIdentity.ForProcess(process.Id)!;
        (identity with { StartTime = 1 }).End(kill);
        Assert.True(identity.IsAlive());
        identity.End(kill);
        process.WaitForExit();
        Assert.Equal(kill ? 137 : 143, process.ExitCode);
        identity.End(kill);
    }
}

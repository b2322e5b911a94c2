using LibvirtBackup.Pushes;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Pushes;

public sealed class JobSightTests
{
    private const string Ours = "/images/vda.qcow2";
    private const string Theirs = "/run/theirs.sock";

    [Theory]
    [InlineData(0, Ours, true, nameof(JobSight.Running))]
    [InlineData(0, null, true, nameof(JobSight.Running))] // it is ending
    [InlineData(0, null, false, nameof(JobSight.Untold))]
    [InlineData(1, null, false, nameof(JobSight.Ended))]
    [InlineData(1, Theirs, true, nameof(JobSight.Ended))] // ours, before theirs began
    [InlineData(0, Theirs, true, nameof(JobSight.Untold))]
    [InlineData(1, Ours, true, nameof(JobSight.Running))] // theirs, just before ours began
    [InlineData(2, null, false, nameof(JobSight.Mixed))]
    [InlineData(2, Theirs, true, nameof(JobSight.Mixed))]
    public void The_end_of_another_job_is_never_taken_for_that_of_ours(
        int ends, string? socket, bool hasJob, string sight) =>
        Assert.Equal(sight, PushJob.See(ends, socket, hasJob, new HashSet<string> { Ours }).ToString());
}

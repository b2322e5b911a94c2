using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Policies.Running;
using Xunit;
using static LibvirtBackup.Domain.Tests.Policies.PolicySamples;

namespace LibvirtBackup.Domain.Tests.Policies;

public sealed class PolicyLimiterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_policies_do_not_back_up_one_domain_at_the_same_time_and_who_waits_keeps_no_other_waiting()
    {
        var first = Read("schedule: {incremental: daily at 02:00}");
        var second = first with { Name = "second", Backup = first.Backup with { Track = "second" } };
        using var limiter = new PolicyLimiter([first, second]);
        var end = new TaskCompletionSource<int>();

        var held = limiter.RunAsync(first, Backup(Web), () => end.Task, Token);
        var waiting = limiter.RunAsync(second, Backup(Web), () => Task.FromResult(2), Token);
        Assert.Equal(3, await limiter.RunAsync(second, Backup(Db), () => Task.FromResult(3), Token));
        Assert.False(waiting.IsCompleted);

        end.SetResult(1);
        Assert.Equal(1, await held);
        Assert.Equal(2, await waiting);
    }

    private static PolicyDecision Backup(PolicyDomain domain) => new()
    {
        Kind = PolicyTaskKind.Backup,
        Domain = domain,
        Occasion = default,
        Next = default,
        IsDue = true,
        Reason = "",
    };
}

using LibvirtBackup.InstantRecovery.Proofs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.InstantRecovery;

/// <summary>The user's check.</summary>
public sealed class HostCheckTests
{
    [Fact]
    public async Task It_is_told_what_it_needs_and_all_that_it_prints_is_kept()
    {
        var check = await RunAsync("echo $WHO; echo problem >&2; exit 7", TestContext.Current.CancellationToken);
        Assert.Equal((7, "web\nproblem\n", false), (check.ExitCode, check.Output, check.InGuest));
    }

    [Fact]
    public async Task One_that_hangs_is_killed()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync("sleep 60", limit.Token));
    }

    private static Task<ProofCheck> RunAsync(string command, CancellationToken cancellationToken) => HostCheck.RunAsync(
        command, new Dictionary<string, string>(StringComparer.Ordinal) { ["WHO"] = "web" }, cancellationToken);
}

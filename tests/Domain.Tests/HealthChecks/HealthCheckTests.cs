using LibvirtBackup.Backups;
using LibvirtBackup.Clients;
using LibvirtBackup.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace LibvirtBackup.Domain.Tests.HealthChecks;

public sealed class HealthCheckTests : IDisposable
{
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly TestDirectory _directory = new();
    private readonly FakeClock _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private BackupClient Client => new(time: _clock);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_repository_is_healthy_when_each_domain_has_a_young_point()
    {
        await StoreAsync(("web", TimeSpan.FromHours(2)), ("web", TimeSpan.FromDays(9)), ("db", TimeSpan.FromHours(23)));

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
    }

    [Fact]
    public async Task A_domain_whose_newest_point_is_too_old_is_named()
    {
        await StoreAsync(("web", TimeSpan.FromHours(2)), ("db", TimeSpan.FromHours(25)));

        var result = await CheckAsync();

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Equal("no good point within 1d of: db", result.Description);
    }

    [Fact]
    public async Task A_point_that_cannot_be_read_degrades()
    {
        await StoreAsync(("web", TimeSpan.FromHours(2)), ("web", TimeSpan.FromHours(3)));
        var manifest = Directory.EnumerateFiles(_directory.File("repository/points")).Order().First();
        await File.WriteAllTextAsync(manifest, "{", Token);

        Assert.Equal(HealthStatus.Degraded, (await CheckAsync()).Status);
    }

    [Fact]
    public async Task A_repository_without_points_or_that_is_not_there_fails_as_it_was_registered()
    {
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(HealthStatus.Degraded)).Status);

        await StoreAsync();

        var result = await CheckAsync(HealthStatus.Degraded);
        Assert.Equal((HealthStatus.Degraded, "there is no restore point"), (result.Status, result.Description));
    }

    [Fact]
    public async Task A_host_that_cannot_do_backups_fails_and_says_why()
    {
        var check = new HostHealthCheck(Client, "test:///default");

        var result = await check.CheckHealthAsync(Context(check, HealthStatus.Unhealthy), Token);

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("qemu:///system", result.Description, StringComparison.Ordinal);
    }

    private async Task StoreAsync(params (string Domain, TimeSpan Age)[] points)
    {
        using var repository = await Client.CreateRepositoryAsync(_directory.File("repository"), null, Token);
        var uuids = new Dictionary<string, Guid>();
        for (var i = 0; i < points.Length; i++)
        {
            var (domain, age) = points[i];
            uuids.TryAdd(domain, Guid.NewGuid());
            await repository.Points.WriteAsync(
                TestPoints.Make(uuids[domain], i, BackupLevel.Full, checkpoint: null) with
                {
                    RepositoryId = repository.Id,
                    Domain = domain,
                    Time = _clock.GetUtcNow() - age,
                },
                Token);
        }
    }

    private async Task<HealthCheckResult> CheckAsync(HealthStatus failure = HealthStatus.Unhealthy)
    {
        var check = new RepositoryHealthCheck(Client, _directory.File("repository"), s_day);
        return await check.CheckHealthAsync(Context(check, failure), Token);
    }

    private static HealthCheckContext Context(IHealthCheck check, HealthStatus failure) =>
        new() { Registration = new HealthCheckRegistration("check", check, failure, tags: null) };
}

using System.Text.Json;
using LibvirtBackup.Backups;
using LibvirtBackup.Policies;
using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Policies.Running;
using LibvirtBackup.Repositories;
using Xunit;
using static LibvirtBackup.Domain.Tests.Policies.PolicySamples;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>The order of a run, and what it does when something fails.</summary>
public sealed class PolicyRunnerTests : IDisposable
{
    private const string Lines = """
        schedule: {incremental: daily at 02:00}
        retention: {keep-daily: 7}
        """;

    private readonly TestDirectory _directory = new();
    private readonly FakeClock _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failing_domain_stops_neither_the_other_nor_retention_nor_checks()
    {
        var work = new FakeWork(what => what == "Backup db"
            ? throw new InvalidOperationException("boom") : Task.FromResult(FakeWork.Good(what)));
        var history = Empty(Db, Web) with { Points = [Old(Web)] };
        var report = await RunAsync(
            Read(Lines + "\nverify: {full: {when: daily at 01:00}, sample: {when: daily at 01:00}}"), work, history);
        Assert.Equal(["Backup db", "Backup web", "Prune db web", "Verify"], work.Done);
        Assert.False(report.Ok);
        var failed = Assert.Single(report.Tasks, task => task.Outcome != TaskOutcome.Done);
        Assert.StartsWith("internal error: InvalidOperationException: boom", failed.Message, StringComparison.Ordinal);
        Assert.Equal(
            [(TaskOutcome.Failed, 1), (TaskOutcome.Done, 1)],
            Notes().Tasks.Where(t => t.Kind == PolicyTaskKind.Backup).OrderBy(t => t.DomainName)
                .Select(t => (t.Outcome!.Value, t.Attempts)));
    }

    [Fact]
    public async Task Without_a_new_point_nothing_is_pruned()
    {
        var work = new FakeWork(_ => throw new BackupException(FailureKind.Busy, "busy"));
        var report = await RunAsync(Read(Lines), work, Empty(Web));
        Assert.Equal(["Backup web"], work.Done);
        Assert.Equal((FailureKind.Busy, "busy"), (report.Tasks[0].Failure, report.Tasks[0].Message));
    }

    [Fact]
    public async Task No_more_domains_are_at_work_than_the_limits_allow()
    {
        var (now, most) = (0, 0);
        var gate = new Lock();
        var work = new FakeWork(async what =>
        {
            lock (gate) most = Math.Max(most, ++now);
            await Task.Yield();
            lock (gate) now--;
            return FakeWork.Good(what);
        });
        var domains = Enumerable.Range(0, 20).Select(i => new PolicyDomain($"d{i}", Guid.NewGuid())).ToArray();
        await RunAsync(Read(Lines + "\nlimits: {host: 3, repository: 2}"), work, Empty(domains));
        Assert.Equal(21, work.Done.Count);
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task A_killed_run_is_noticed_and_made_up_once()
    {
        var notes = PolicyNotesFile.Open(_directory.Path, "sample");
        var task = PolicyPlanner.Decide(Read(Lines), Empty(Web), _clock.GetUtcNow())[0];
        notes.Change(n => n.Begin(task, _clock.GetUtcNow()));
        _clock.Advance(TimeSpan.FromHours(1));

        var work = new FakeWork(what => Task.FromResult(FakeWork.Good(what)));
        var report = await RunAsync(Read(Lines), work, Empty(Web));
        Assert.Contains("Backup web", work.Done);
        Assert.Equal(
            "an earlier run was killed during backup of domain 'web'; it is made up once",
            Assert.Single(report.Warnings));
        Assert.Equal((TaskOutcome.Done, 2), (Notes().Tasks[0].Outcome, Notes().Tasks[0].Attempts));
    }

    [Fact]
    public async Task Torn_notes_begin_anew_with_a_warning()
    {
        Directory.CreateDirectory(System.IO.Path.Combine(_directory.Path, "policies"));
        await File.WriteAllTextAsync(
            System.IO.Path.Combine(_directory.Path, "policies", "sample.json"), "{\"tasks\":[", Token);
        var work = new FakeWork(what => Task.FromResult(FakeWork.Good(what)));
        var report = await RunAsync(Read(Lines), work, Empty(Web));
        Assert.Contains("are not readable", Assert.Single(report.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_hook_before_fails_nothing_is_done_but_the_others_are_told()
    {
        var (after, failure) = (_directory.File("after"), _directory.File("failure"));
        var work = new FakeWork(what => Task.FromResult(FakeWork.Good(what)));
        var report = await RunAsync(
            Read(Lines + $$"""

                hooks:
                  before: {run: [/bin/sh, -c, 'echo no space >&2; exit 3']}
                  after: {run: [/usr/bin/tee, {{after}}]}
                  on-failure: {run: [/usr/bin/tee, {{failure}}]}
                """),
            work, Empty(Web));
        Assert.Empty(work.Done);
        Assert.Equal("'/bin/sh' failed with exit code 3: no space", Assert.Single(report.Tasks).Message);
        Assert.Equal("after", Event(after));
        Assert.Equal("failure", Event(failure));

        static string? Event(string file) =>
            JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("event").GetString();
    }

    [Fact]
    public async Task Where_nothing_is_due_no_hook_is_run()
    {
        var work = new FakeWork(what => Task.FromResult(FakeWork.Good(what)));
        var file = _directory.File("before");
        var point = Old(Web) with { Time = _clock.GetUtcNow() };
        var report = await RunAsync(
            Read(Lines + $$"""

                hooks: {before: {run: [/usr/bin/tee, {{file}}]} }
                """),
            work, Empty(Web) with { Points = [point] });
        Assert.Empty(report.Tasks);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task A_policy_without_any_domain_warns() => Assert.Equal(
        "no domain of this host is selected, so nothing is backed up",
        Assert.Single((await RunAsync(Read(Lines), new FakeWork(_ => throw new InvalidOperationException()), Empty()))
            .Warnings));

    [Fact]
    public async Task An_interrupted_run_leaves_the_rest_and_tells_the_end()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var after = _directory.File("after");
        var work = new FakeWork(async what =>
        {
            await stop.CancelAsync();
            throw new OperationCanceledException(what);
        });
        var report = await RunAsync(
            Read(Lines + $$"""

                limits: {host: 1}
                hooks: {after: {run: [/usr/bin/tee, {{after}}]} }
                """),
            work, Empty(Db, Web), stop.Token);
        Assert.Single(work.Done);
        Assert.All(report.Tasks, task => Assert.Equal(TaskOutcome.Interrupted, task.Outcome));
        Assert.True(File.Exists(after));
        Assert.Equal(TaskOutcome.Interrupted, Assert.Single(Notes().Tasks).Outcome);
    }

    [Fact]
    public void A_track_of_a_domain_belongs_to_one_policy()
    {
        var claims = new DomainClaims();
        var policy = Read(Lines);
        Assert.Null(claims.Claim(policy, Empty(Web)).Domains[0].Refusal);
        var other = policy with { Name = "other" };
        Assert.Contains("policy 'sample' keeps track", claims.Claim(other, Empty(Web)).Domains[0].Refusal,
            StringComparison.Ordinal);
        var track = other with { Backup = policy.Backup with { Track = "other" } };
        Assert.Null(claims.Claim(track, Empty(Web)).Domains[0].Refusal);
    }

    public void Dispose() => _directory.Dispose();

    private async Task<PolicyRunReport> RunAsync(
        Policy policy, FakeWork work, PolicyHistory history, CancellationToken? token = null)
    {
        using var limiter = new PolicyLimiter([policy]);
        var notes = PolicyNotesFile.Open(_directory.Path, policy.Name);
        return await new PolicyRunner(policy, work, notes, limiter, _clock).RunAsync(history, token ?? Token);
    }

    private PolicyNotes Notes() => PolicyNotesFile.Open(_directory.Path, "sample").Notes;

    private PointSummary Old(PolicyDomain domain) =>
        PointSummary.Of(TestPoints.Make(domain.Uuid, 1, BackupLevel.Full, "c")) with
        {
            Time = _clock.GetUtcNow().AddDays(-9),
        };
}

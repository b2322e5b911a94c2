using LibvirtBackup.Backups;
using LibvirtBackup.Policies;
using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Repositories;
using Xunit;
using static LibvirtBackup.Domain.Tests.Policies.PolicySamples;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>What is due, and why.</summary>
public sealed class PolicyPlannerTests
{
    private const string Gfs = """
        schedule:
          full: monthly on day 1 at 02:00
          differential: weekly on sunday at 02:00
          incremental: daily at 02:00
        """;

    private static readonly Policy s_policy = Read(Gfs);

    [Fact]
    public void The_first_point_is_a_full_at_once()
    {
        var decision = Decide("2026-11-24 12:00");
        Assert.True(decision.IsDue);
        Assert.Equal(BackupLevel.Full, decision.Level);
        Assert.StartsWith(
            "the first of the track; monthly on day 1 at 02:00", decision.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-24 02:10", BackupLevel.Incremental)]
    [InlineData("2026-11-29 02:10", BackupLevel.Differential)]
    [InlineData("2026-12-01 02:10", BackupLevel.Full)]
    public void The_strongest_level_of_a_day_stands_for_the_others(string now, BackupLevel level)
    {
        var before = Enumerable.Range(1, 40).Select(days => At(now).AddDays(-days).AddMinutes(-5)).ToList();
        PointSummary[] points =
        [
            Point(At("2026-11-01 02:05"), BackupLevel.Full), Point(At("2026-11-22 02:05"), BackupLevel.Differential),
            .. now.StartsWith("2026-12", StringComparison.Ordinal)
                ? [Point(At("2026-11-29 02:05"), BackupLevel.Differential)] : Array.Empty<PointSummary>(),
            .. before.Select(time => Point(time, BackupLevel.Incremental)),
        ];
        var decision = Decide(now, points);
        Assert.Equal((true, level), (decision.IsDue, decision.Level));

        var after = Decide(now, [.. points, Point(At(now), level)]);
        Assert.False(after.IsDue);
        Assert.StartsWith("next 20", after.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_missed_several_times_is_made_up_once()
    {
        var policy = Read("schedule: {incremental: daily at 02:00}");
        var point = Point(At("2026-11-20 02:05"), BackupLevel.Full);
        var decision = Decide("2026-11-24 01:00", [point], policy);
        Assert.True(decision.IsDue);
        Assert.Equal(
            "daily at 02:00, due since 2026-11-23 02:00, 3 times missed, made up once", decision.Reason);
        Assert.False(Decide("2026-11-24 01:30", [point, Point(At("2026-11-24 01:00"), BackupLevel.Incremental)], policy)
            .IsDue);
    }

    [Fact]
    public void Damaged_points_copies_and_other_tracks_count_for_nothing()
    {
        var good = Point(At("2026-11-24 02:05"), BackupLevel.Full);
        Assert.False(Decide("2026-11-24 12:00", [good]).IsDue);
        Assert.True(Decide("2026-11-24 12:00", [good with { Level = BackupLevel.Copy }]).IsDue);
        Assert.True(Decide("2026-11-24 12:00", [good with { Track = "other" }]).IsDue);
        Assert.True(Decide("2026-11-24 12:00", [good with { DomainUuid = Db.Uuid }]).IsDue);
        Assert.True(PolicyPlanner.Decide(
            s_policy,
            Empty(Web) with { Points = [good], Damaged = new HashSet<string> { good.Id } },
            At("2026-11-24 12:00"))[0].IsDue);
    }

    [Fact]
    public void A_failure_is_tried_again_after_a_while_and_then_at_the_next_time()
    {
        var notes = PolicyNotes.Empty;
        var first = Attempt("2026-11-24 02:00", ref notes);
        Assert.True(first.IsDue);
        var soon = Decision("2026-11-24 02:10", notes);
        Assert.Equal((false, At("2026-11-24 02:30")), (soon.IsDue, soon.Next));
        Assert.Equal("1 attempt made (the last: no); again 2026-11-24 02:30", soon.Reason);
        Assert.True(Attempt("2026-11-24 02:30", ref notes).IsDue);
        var late = Decision("2026-11-24 23:00", notes);
        Assert.Equal((false, At("2026-11-25 02:00")), (late.IsDue, late.Next));
        Assert.True(Decision("2026-11-25 02:00", notes).IsDue);
    }

    [Fact]
    public void A_time_stays_fulfilled_when_retention_removes_its_point_but_not_when_the_point_was_damaged()
    {
        var policy = Read("schedule: {full: monthly on day 1 at 02:00, incremental: daily at 02:00}");
        var first = PolicyPlanner.Decide(policy, Empty(Web), At("2026-11-01 02:00"))[0];
        var history = Empty(Web) with
        {
            Points = [Point(At("2026-11-24 02:00"), BackupLevel.Incremental)],
            Notes = PolicyNotes.Empty.Begin(first, At("2026-11-01 02:00"))
                .End(first, TaskOutcome.Done, null, "gone", BackupLevel.Full, At("2026-11-01 02:09")),
        };
        Assert.False(PolicyPlanner.Decide(policy, history, At("2026-11-24 12:00"))[0].IsDue);
        history = history with { Damaged = new HashSet<string> { "gone" } };
        Assert.Equal(BackupLevel.Full, PolicyPlanner.Decide(policy, history, At("2026-11-24 12:00"))[0].Level);
    }

    [Fact]
    public void A_killed_attempt_counts_as_one()
    {
        var notes = PolicyNotes.Empty.Begin(Decision("2026-11-24 02:00", PolicyNotes.Empty), At("2026-11-24 02:00"));
        notes = notes.CloseKilled();
        Assert.Equal(TaskOutcome.Interrupted, Assert.Single(notes.Tasks).Outcome);
        Assert.True(Decision("2026-11-24 02:45", notes).IsDue);
        notes = notes.Begin(Decision("2026-11-24 02:45", notes), At("2026-11-24 02:45")).CloseKilled();
        Assert.False(Decision("2026-11-24 03:45", notes).IsDue);
    }

    [Fact]
    public void Checks_wait_for_their_time_and_a_full_one_stands_for_the_sample()
    {
        var policy = Read(Gfs + """

            verify:
              sample: {when: daily at 05:00}
              full: {when: monthly on first sunday at 06:00}
              test-restore: {when: weekly on saturday at 08:00}
            """);
        var history = Empty(Web, Db) with { Points = [Point(At("2026-11-24 02:00"), BackupLevel.Full)] };
        Assert.DoesNotContain(Checks("2026-11-24 04:00"), d => d.IsDue);
        Assert.Equal([PolicyTaskKind.Sample], DueChecks("2026-11-24 05:00"));
        Assert.Equal([PolicyTaskKind.Sample, PolicyTaskKind.TestRestore], DueChecks("2026-11-28 08:00"));
        Assert.Equal(
            [PolicyTaskKind.Verify, PolicyTaskKind.Sample, PolicyTaskKind.TestRestore], DueChecks("2026-12-06 06:00"));
        var verify = Checks("2026-12-06 06:00").First(d => d.IsDue);
        history = history with
        {
            Notes = PolicyNotes.Empty.Begin(verify, At("2026-12-06 06:00"))
                .End(verify, TaskOutcome.Bad, "bad", null, null, At("2026-12-06 07:00")),
        };
        Assert.Equal([PolicyTaskKind.TestRestore], DueChecks("2026-12-06 07:00"));

        IEnumerable<PolicyDecision> Checks(string now) =>
            PolicyPlanner.Decide(policy, history, At(now)).Where(d => d.Kind != PolicyTaskKind.Backup);

        IEnumerable<PolicyTaskKind> DueChecks(string now) => Checks(now).Where(d => d.IsDue).Select(d => d.Kind);
    }

    private static PolicyDecision Attempt(string now, ref PolicyNotes notes)
    {
        var decision = Decision(now, notes);
        notes = notes.Begin(decision, At(now))
            .End(decision, TaskOutcome.Failed, "no", null, null, At(now).AddMinutes(1));
        return decision;
    }

    private static PolicyDecision Decision(string now, PolicyNotes notes) =>
        PolicyPlanner.Decide(s_policy, Empty(Web) with { Notes = notes }, At(now))[0];

    private static PolicyDecision Decide(string now, PointSummary[]? points = null, Policy? policy = null) =>
        PolicyPlanner.Decide(policy ?? s_policy, Empty(Web) with { Points = points ?? [] }, At(now))[0];

    private static PointSummary Point(DateTimeOffset time, BackupLevel level) =>
        PointSummary.Of(TestPoints.Make(Web.Uuid, 1, level, "c")) with { Id = $"{time:O} {level}", Time = time };
}

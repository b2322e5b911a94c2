using System.Runtime.CompilerServices;
using LibvirtBackup.Recovery.Table;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery.Table;

/// <summary>The closed table, over all of its states.</summary>
public sealed class ReconcilerTests
{
    private static readonly TrackingRepair[] s_acts =
        [TrackingRepair.Adopt, TrackingRepair.Remove, TrackingRepair.Forget];

    [Fact]
    public void Every_state_has_one_answer_of_the_closed_lists()
    {
        var answers = AllStates.Enumerate().Select(state => (State: state, Verdict: Reconciler.Decide(state))).ToList();

        Assert.Equal(3 * 4 * 3 * 2 * 9 * 2, answers.Count);
        foreach (var (state, verdict) in answers)
        {
            Assert.True(Enum.IsDefined(verdict.Finding), $"{state}: {verdict}");
            Assert.True(Enum.IsDefined(verdict.Repair), $"{state}: {verdict}");
        }

        Assert.Equal(Enum.GetValues<TrackingFinding>(), answers.Select(a => a.Verdict.Finding).Distinct().Order());
        Assert.Equal(Enum.GetValues<TrackingRepair>(), answers.Select(a => a.Verdict.Repair).Distinct().Order());
    }

    [Fact]
    public void What_is_not_of_this_repository_is_never_touched_and_never_trusted()
    {
        foreach (var state in AllStates.Enumerate().Where(s => s.Owner != TrackingOwner.ThisRepository))
        {
            var verdict = Reconciler.Decide(state);
            Assert.Equal(TrackingRepair.LeaveToOwner, verdict.Repair);
            Assert.False(verdict.IsTrusted, $"{state}");
            Assert.False(verdict.IsProblem, $"{state}");
        }
    }

    [Fact]
    public void Trusted_is_exactly_what_is_ours_known_recording_and_has_a_whole_point()
    {
        foreach (var state in AllStates.Enumerate())
        {
            var mayTrust = state is
            {
                Owner: TrackingOwner.ThisRepository,
                Journal: not JournalMark.Dropping,
                Point: PointPresence.Present,
                Checkpoint: CheckpointPresence.Known,
                Bitmap: BitmapCondition.Valid,
            };
            Assert.True(mayTrust == Reconciler.Decide(state).IsTrusted, $"{state}: {Reconciler.Decide(state)}");
        }
    }

    [Fact]
    public void What_a_whole_point_can_still_use_is_never_removed()
    {
        var usable = AllStates.Enumerate().Where(s => s is
        {
            Journal: not JournalMark.Dropping,
            Point: not PointPresence.Absent,
            Bitmap: BitmapCondition.Valid or BitmapCondition.Unseen,
        });
        foreach (var state in usable)
            Assert.NotEqual(TrackingRepair.Remove, Reconciler.Decide(state).Repair);
    }

    [Fact]
    public void Of_a_domain_that_is_shut_off_nothing_is_changed_that_was_not_looked_at()
    {
        var unseen = AllStates.Enumerate()
            .Where(state => state is { IsRunning: false, Bitmap: BitmapCondition.Unseen });
        foreach (var state in unseen)
        {
            var repair = Reconciler.Decide(state).Repair;
            Assert.False(repair is TrackingRepair.Adopt or TrackingRepair.Remove, $"{state}: {repair}");
        }
    }

    [Fact]
    public void What_was_looked_at_has_the_same_answer_whether_the_domain_runs_or_not()
    {
        foreach (var state in AllStates.Enumerate().Where(state => state.Bitmap != BitmapCondition.Unseen))
            Assert.Equal(
                Reconciler.Decide(state with { IsRunning = true }),
                Reconciler.Decide(state with { IsRunning = false }));
    }

    [Fact]
    public void Each_repair_leads_to_a_state_in_which_nothing_is_left_to_do()
    {
        foreach (var start in AllStates.Enumerate())
        {
            var states = new List<TrackingState> { start };
            while (s_acts.Contains(Reconciler.Decide(states[^1]).Repair))
            {
                Assert.True(states.Count <= 2, $"no end: {string.Join(" -> ", states)}");
                var (finding, repair) = Reconciler.Decide(states[^1]);
                Assert.All(
                    After(states[^1], repair),
                    next => Assert.False(
                        s_acts.Contains(Reconciler.Decide(next).Repair), $"{finding}: {states[^1]} -> {next}"));
                states.Add(After(states[^1], repair)[0]);
            }

            var isOurs = start is
            {
                Owner: TrackingOwner.ThisRepository, Point: not PointPresence.Damaged,
            };
            if (isOurs && start.Bitmap != BitmapCondition.Unseen)
                Assert.Equal(TrackingRepair.Nothing, Reconciler.Decide(states[^1]).Repair);
        }
    }

    [Fact]
    public void The_page_of_the_table_is_what_the_code_decides()
    {
        var path = PathOfPage();
        var table = StateTable.ToMarkdown();
        if (Environment.GetEnvironmentVariable("LVB_UPDATE_GOLDEN") == "1") File.WriteAllText(path, table);

        Assert.True(File.ReadAllText(path) == table, $"{path} differs from the code: LVB_UPDATE_GOLDEN=1 writes it");
    }

    private static string PathOfPage([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "../../../../docs/tracking-table.md"));

    /// <summary>What a state can be after its repair; the journal is closed by it.</summary>
    private static TrackingState[] After(TrackingState state, TrackingRepair repair)
    {
        var gone = state with
        {
            Journal = JournalMark.Absent,
            Checkpoint = CheckpointPresence.Absent,
            Bitmap = BitmapCondition.Absent,
        };
        var adopted = state with
        {
            Journal = JournalMark.Committed,
            Checkpoint = CheckpointPresence.Known,
            Bitmap = BitmapCondition.Valid,
        };
        return repair switch
        {
            TrackingRepair.Adopt when state.Bitmap == BitmapCondition.Valid => [adopted],
            TrackingRepair.Adopt => [adopted, gone],
            _ => [gone],
        };
    }
}

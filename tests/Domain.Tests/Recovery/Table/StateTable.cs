using System.Collections.Immutable;
using System.Text;
using LibvirtBackup.Recovery.Doctors;
using LibvirtBackup.Recovery.Table;

namespace LibvirtBackup.Domain.Tests.Recovery.Table;

/// <summary>
/// Writes the table as Markdown: states that differ in one column only and have one answer share a row.
/// </summary>
internal static class StateTable
{
    private static readonly string[] s_columns =
        ["owner", "journal", "point", "checkpoint", "bitmap", "domain"];

    /// <summary>What the last column means, for who has a line of doctor before him.</summary>
    private static readonly (TrackingRepair Repair, string Meaning)[] s_repairs =
    [
        (TrackingRepair.Nothing, "all is well"),
        (TrackingRepair.Adopt, "libvirt is told of the checkpoint again, and proves the bitmap: incremental"),
        (TrackingRepair.Remove, "bitmap and checkpoint go; where a point needs them, that disk is read whole once"),
        (TrackingRepair.Forget, "there is no bitmap: the checkpoint goes; as above"),
        (TrackingRepair.LeaveToOwner, "not ours to touch; `checkpoint-delete` removes what nobody needs any more"),
        (TrackingRepair.WaitForStart, "start the domain: what cannot be seen is not changed"),
        (TrackingRepair.RepairRepository, "`lvbackup repair`, or the next backup heals it"),
        (TrackingRepair.LookAgain, "try again"),
    ];

    internal static string ToMarkdown()
    {
        var rows = AllStates.Enumerate()
            .Select(state => new Row(Cells(state), Reconciler.Decide(state)))
            .ToList();
        var all = Enumerable.Range(0, s_columns.Length)
            .Select(column => rows.SelectMany(row => row.Cells[column]).Distinct().Count()).ToList();
        bool isMerged;
        do
        {
            isMerged = false;
            foreach (var column in Enumerable.Range(0, s_columns.Length).Reverse())
            {
                var merged = rows.GroupBy(row => row.KeyWithout(column))
                    .Select(group => group.First() with { Cells = Union(group, column) }).ToList();
                isMerged |= merged.Count < rows.Count;
                rows = merged;
            }
        }
        while (isMerged);

        var text = new StringBuilder("# Every state of a checkpoint on a disk\n\n")
            .Append("`lvbackup doctor` prints the last two columns as State and Repair. `doctor --repair`, or the next "
                + "backup, does this:\n\n| repair | is |\n|---|---|\n")
            .Append(string.Concat(s_repairs.Select(row => $"| {FindingText.Word(row.Repair)} | {row.Meaning} |\n")))
            .Append("\nThe table is written by a test from `Reconciler.Decide`, which it is held equal to; "
                + "[design](design.md) says how it is used.\n\"any\" stands for all values of a column. Each of the ")
            .Append(AllStates.Enumerate().Count()).Append(" combinations is in exactly one row.\n\n")
            .Append("| ").AppendJoin(" | ", s_columns).Append(" | finding | repair or refusal |\n")
            .Append(string.Concat(Enumerable.Repeat("|---", s_columns.Length + 2))).Append("|\n");
        foreach (var row in rows)
        {
            var cells = row.Cells.Select((cell, i) => cell.Count == all[i] ? "any" : string.Join(", ", cell));
            text.Append("| ").AppendJoin(" | ", cells)
                .Append(" | ").Append(FindingText.Word(row.Verdict.Finding))
                .Append(" | ").Append(FindingText.Word(row.Verdict.Repair)).Append(" |\n");
        }

        return text.ToString();
    }

    private static ImmutableList<ImmutableList<string>> Cells(TrackingState state) =>
    [
        [$"{state.Owner}"], [$"{state.Journal}"], [$"{state.Point}"], [$"{state.Checkpoint}"], [$"{state.Bitmap}"],
        [state.IsRunning ? "running" : "shut off"],
    ];

    private static ImmutableList<ImmutableList<string>> Union(IEnumerable<Row> rows, int column)
    {
        var list = rows.ToList();
        return list[0].Cells.SetItem(column, [.. list.SelectMany(row => row.Cells[column])]);
    }

    private sealed record Row(ImmutableList<ImmutableList<string>> Cells, TrackingVerdict Verdict)
    {
        internal string KeyWithout(int column) => string.Join(
            '|', Cells.Where((_, i) => i != column).Select(cell => string.Join(',', cell)).Append($"{Verdict}"));
    }
}

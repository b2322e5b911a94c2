using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Recovery.Table;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery.Journals;

public sealed class JournalTests : IDisposable
{
    private const string Name = "lvb.here.default.1.3.00ff9a";
    private readonly TestDirectory _directory = new();

    private string Path => System.IO.Path.Combine(_directory.Path, "journal");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_was_appended_is_there_when_the_journal_is_opened_again()
    {
        var journal = Journal.Open(_directory.Path);
        foreach (var record in SomeOfEach()) journal.Append(record);

        var again = Journal.Open(_directory.Path).View;

        Assert.Equal(Summarize(journal.View), Summarize(again));
        Assert.Equal(JournalMark.Intended, again.MarkOf(Name, "vda"));
        Assert.Equal(JournalMark.Dropping, again.MarkOf("lvb.here.default.1.1.00ff9a", "vda"));
        Assert.Equal(JournalMark.Committed, again.MarkOf("lvb.here.default.1.2.00ff9a", "vda"));
        Assert.Equal(JournalMark.Dropping, again.MarkOf("lvb.here.default.1.2.00ff9a", "vdb"));
        Assert.Equal(JournalMark.Absent, again.MarkOf("lvb.here.default.1.9.00ff9a", "vda"));
        Assert.Equal(7, again.HighestSequence("here", "other"));
        Assert.Equal(3, again.HighestSequence("here", "default"));
        Assert.Equal("point", again.OpenJob?.Point);
    }

    [Fact]
    public void A_journal_that_was_cut_anywhere_or_has_a_changed_byte_keeps_a_beginning_and_can_be_appended_to()
    {
        var journal = Journal.Open(_directory.Path);
        foreach (var record in SomeOfEach()) journal.Append(record);
        var whole = File.ReadAllBytes(Path);
        var prefixes = Prefixes();

        for (var i = 0; i < whole.Length; i++)
        {
            foreach (var torn in (byte[][])[whole[..i], [.. whole[..i], (byte)(whole[i] ^ 1), .. whole[(i + 1)..]]])
            {
                File.WriteAllBytes(Path, torn);
                var opened = Journal.Open(_directory.Path);
                Assert.Contains(Summarize(opened.View), prefixes);
                opened.Append(new JournalRecord.Used("here", "late", 5));
                Assert.Equal(5, Journal.Open(_directory.Path).View.HighestSequence("here", "late"));
            }
        }
    }

    [Fact]
    public void A_journal_does_not_grow_for_ever_and_says_the_same_when_it_is_written_anew()
    {
        var journal = Journal.Open(_directory.Path);
        for (var i = 1; i <= 400; i++)
        {
            journal.Append(new JournalRecord.JobBegun(Job($"lvb.here.default.1.{i}.00ff9a")));
            journal.Append(new JournalRecord.Seen($"lvb.here.default.1.{i}.00ff9a", "vda", i, 1 << 30, ""));
            journal.Append(new JournalRecord.JobEnded(IsCommitted: true));
            if (i > 1) journal.Append(new JournalRecord.DropBegun($"lvb.here.default.1.{i - 1}.00ff9a", null));
            if (i > 1) journal.Append(new JournalRecord.DropEnded($"lvb.here.default.1.{i - 1}.00ff9a", null));
        }

        var before = new FileInfo(Path).Length;
        var view = Journal.Open(_directory.Path).View;

        Assert.Equal(Summarize(journal.View), Summarize(view));
        Assert.InRange(new FileInfo(Path).Length, 1, 1000);
        Assert.InRange(before, 64 * 1024, 1 << 20);
        Assert.Equal(JournalMark.Committed, view.MarkOf("lvb.here.default.1.400.00ff9a", "vda"));
    }

    [Fact]
    public void A_job_that_was_undone_leaves_no_mark_but_its_sequence()
    {
        var journal = Journal.Open(_directory.Path);
        journal.Append(new JournalRecord.JobBegun(Job(null)));
        journal.Append(new JournalRecord.JobBegun(Job(Name)));
        journal.Append(new JournalRecord.JobEnded(IsCommitted: false));

        Assert.Null(journal.View.OpenJob);
        Assert.Equal(JournalMark.Absent, journal.View.MarkOf(Name, "vda"));
        Assert.Equal(3, journal.View.HighestSequence("here", "default"));
    }

    [Fact]
    public void A_checkpoint_that_is_made_has_nothing_of_an_older_one_of_its_name()
    {
        var journal = Journal.Open(_directory.Path);
        journal.Append(new JournalRecord.DropBegun(Name, "vda"));
        journal.Append(new JournalRecord.Seen(Name, "vdb", 4096, 1 << 20, "made"));

        journal.Append(new JournalRecord.JobBegun(Job(Name)));
        journal.Append(new JournalRecord.DropBegun(Name, "vdc"));

        foreach (var view in (JournalView[])[journal.View, Journal.Open(_directory.Path).View, Rewrite(journal.View)])
        {
            Assert.Equal(JournalMark.Intended, view.MarkOf(Name, "vda"));
            Assert.Equal(JournalMark.Dropping, view.MarkOf(Name, "vdc"));
            Assert.Empty(view.Seen);
        }
    }

    private static JournalView Rewrite(JournalView view)
    {
        var again = new JournalView();
        foreach (var record in view.ToRecords()) again.Apply(record);
        return again;
    }

    private static JobIntent Job(string? checkpoint) => new()
    {
        Point = "point",
        RepositoryId = "here",
        Checkpoint = checkpoint,
        JobDirectory = "/jobs/lvb-1",
        StartedPaused = false,
    };

    private static JournalRecord[] SomeOfEach() =>
    [
        new JournalRecord.Used("here", "other", 7),
        new JournalRecord.JobBegun(Job("lvb.here.default.1.2.00ff9a")),
        new JournalRecord.JobEnded(IsCommitted: true),
        new JournalRecord.Kept("lvb.here.default.1.1.00ff9a"),
        new JournalRecord.Kept("lvb.here.default.1.2.00ff9a"),
        new JournalRecord.Seen("lvb.here.default.1.1.00ff9a", "vda", 4096, 1 << 20, "made"),
        new JournalRecord.Seen("lvb.here.default.1.2.00ff9a", "vda", 2048, 1 << 20, "made"),
        new JournalRecord.Witnessed("lvb.here.default.1.2.00ff9a", "vda", "lvb.here.default.1.1.00ff9a", 4096),
        new JournalRecord.DropBegun("lvb.here.default.1.2.00ff9a", "vdb"),
        new JournalRecord.DropBegun("lvb.here.default.1.1.00ff9a", null),
        new JournalRecord.JobBegun(Job(Name)),
    ];

    private static List<string> Prefixes()
    {
        var view = new JournalView();
        var found = new List<string> { Summarize(view) };
        foreach (var record in SomeOfEach())
        {
            view.Apply(record);
            found.Add(Summarize(view));
        }

        return found;
    }

    private static string Summarize(JournalView view) =>
        string.Join('\n', view.ToRecords().Select(r => $"{r}").Order());
}

using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Recovery.Journals;

namespace LibvirtBackup.Integration.Tests.Recovery.Kills;

/// <summary>
/// Tells from outside how far a process has come with its backup: by its journal, its threads, its point.
/// </summary>
internal sealed class BackupWatch(BackupScene scene, string domainDirectory)
{
    private readonly string _journal = Path.Combine(domainDirectory, "journal");
    private readonly string? _earlier = LastPoint(Path.Combine(domainDirectory, "journal"));
    private bool _hasCopied;

    /// <summary>The point that the process wants to take, as soon as it has said so.</summary>
    internal string? Point => LastPoint(_journal) is { } point && point != _earlier ? point : null;

    internal KillPhase Look(LvbackupProcess process)
    {
        var jobs = ReadJobs(_journal);
        if (jobs.Count == 0 || jobs[^1] == _earlier) return KillPhase.Begin;
        if (File.Exists(Path.Combine(scene.Repository.Location, "points", $"{jobs[^1]}.json")))
            return KillPhase.CleanUp;
        if (ReadsDisks(process)) return Note(KillPhase.Copy);
        if (_hasCopied) return KillPhase.Commit;
        // It says so once when it begins, and once more when it knows the checkpoint's name.
        return jobs.Count(point => point == jobs[^1]) > 1 ? KillPhase.Checkpoint : KillPhase.Begin;
    }

    private KillPhase Note(KillPhase copying)
    {
        _hasCopied = true;
        return copying;
    }

    /// <summary>The threads of its NBD connections are there from after the begin until all is read.</summary>
    private static bool ReadsDisks(LvbackupProcess process)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{process.Id}/task")
                .Any(task => File.ReadAllText($"{task}/comm").StartsWith("nbd ", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // It, or one of its threads, ended just now.
            return false;
        }
    }

    private static string? LastPoint(string journal) => ReadJobs(journal) is [.., var last] ? last : null;

    private static List<string> ReadJobs(string journal) => !File.Exists(journal)
        ? []
        : [.. JournalFormat.Read(File.ReadAllBytes(journal)).Records
            .OfType<JournalRecord.JobBegun>().Select(record => record.Job.Point)];
}

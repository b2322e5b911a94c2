using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Points;

namespace LibvirtBackup.Repositories.Documents;

/// <summary>What is said of a repository that is damaged, and what its user can do about it.</summary>
internal static class Damage
{
    /// <summary>A file that is read whole: a document, or an index.</summary>
    /// <param name="location">The repository.</param>
    /// <param name="key">The file.</param>
    /// <param name="why">What is wrong with it.</param>
    /// <param name="cause">What showed it, or null.</param>
    internal static BackupException OfFile(string location, string key, string why, Exception? cause) => new(
        FailureKind.Integrity, $"repository '{location}' is damaged: {key}: {why}", NextStep(key), cause);

    /// <summary>What points consist of, and may share.</summary>
    /// <param name="problem">What, and where.</param>
    /// <param name="cause">What showed it, or null.</param>
    internal static BackupException OfData(string problem, Exception? cause) => new(
        FailureKind.Integrity, problem,
        "run 'lvbackup verify' to see which points it affects, then 'lvbackup repair'", cause);

    /// <summary>What is wrong, for who tells the next step himself.</summary>
    internal static string ProblemOf(Exception e) => e is BackupException damage ? damage.Problem : e.Message;

    private static string NextStep(string key) => (key.Split('/')[0] + "/") switch
    {
        PointStore.Folder => "bring that file back from a copy of the repository, or remove the point by 'lvbackup "
            + $"forget {Path.GetFileNameWithoutExtension(key)}'; others are not affected",
        KeySlots.Folder => "bring that file back from a copy of the repository, or open it by another key or "
            + "passphrase ('lvbackup key list')",
        IndexFormat.Folder => "'lvbackup repair' makes the indexes anew",
        RepositoryLocks.Folder or RepositoryNotes.CondemnedFolder or RepositoryNotes.DamagedFolder
            or RepositoryNotes.DistrustedFolder => "'lvbackup repair' removes it",
        PointUses.Folder => "it keeps a point, and nobody knows which: remove that file when no domain runs from this "
            + "repository ('lvbackup boot --list' on each host)",
        _ => "bring that file back from a copy of the repository; nothing else in it is lost",
    };
}

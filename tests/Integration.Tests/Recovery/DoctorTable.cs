using LibvirtBackup.Integration.Tests.MainJob;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>What <c>lvbackup doctor</c> printed for people, of all domains of the host.</summary>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Findings">The rows by domain.</param>
/// <param name="Notes">What it printed on stderr.</param>
internal sealed record DoctorTable(
    int ExitCode, IReadOnlyDictionary<string, IReadOnlyList<ExpectedFinding>> Findings, string Notes)
{
    /// <summary>The note when something is wrong that was not to be repaired.</summary>
    internal const string Advice = "'lvbackup doctor --repair' does what the column Repair says; what is wrong with "
        + "checkpoints the next backup mends by itself\n";

    private const string Gap = "   ";

    private const StringSplitOptions Tidy = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    internal static async Task<DoctorTable> RunAsync(BackupScene scene, params string[] options)
    {
        using var process = LvbackupProcess.StartForPeople(scene, ["doctor", .. options]);
        var (exitCode, output, error) = await process.EndAsync();
        var found = new Dictionary<string, IReadOnlyList<ExpectedFinding>>();
        List<ExpectedFinding> rows = [];
        foreach (var line in output.Split('\n'))
        {
            // "web: 3 problems", then the rows of a table, which begin with a space.
            if (line.Length > 0 && line[0] is not (' ' or '-'))
                found[line[..line.IndexOf(':')]] = rows = [];
            else if (line.Split(Gap, 5, Tidy) is [var disk, var checkpoint, var state, var repair, var why]
                && disk != "Disk")
                rows.Add(new ExpectedFinding(disk, checkpoint, state, repair, why));
        }

        return new DoctorTable(exitCode, found, error);
    }
}

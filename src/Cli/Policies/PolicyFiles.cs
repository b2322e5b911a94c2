using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Policies;
using LibvirtBackup.Policies.Reading;

namespace LibvirtBackup.Cli.Policies;

/// <summary>The policy files of a line: those that it names, or all of the host's.</summary>
internal sealed class PolicyFiles
{
    private const string DefaultDirectory = "/etc/lvbackup/policies";

    private PolicyFiles(IReadOnlyList<PolicyReading> readings) => Readings = readings;

    /// <summary>What came of reading each.</summary>
    internal IReadOnlyList<PolicyReading> Readings { get; }

    /// <summary>Those that are whole.</summary>
    internal IReadOnlyList<Policy> Policies => [.. Readings.Select(r => r.Policy).OfType<Policy>()];

    /// <summary>Whether a file has problems.</summary>
    internal bool HasProblems => Readings.Any(r => r.Problems.Count > 0);

    /// <summary>Reads them.</summary>
    /// <param name="context">The line's settings.</param>
    /// <param name="paths">Files, and directories of files; none for the host's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">There is no file at all.</exception>
    internal static async Task<PolicyFiles> ReadAsync(
        CommandContext context, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            paths = [context.Environment.NonEmpty("LVBACKUP_POLICIES") ?? DefaultDirectory];
        var readings = new List<PolicyReading>();
        foreach (var file in paths.SelectMany(FilesAt))
            readings.Add(RefuseTwins(await ReadAsync(context, file, cancellationToken), readings));
        return readings.Count > 0 ? new PolicyFiles(readings) : throw new BackupException(
            FailureKind.Usage,
            $"no policy file (*.yaml) in '{string.Join("', '", paths)}'; name one, or see docs/policies.md for an "
            + "example");
    }

    /// <summary>One line per problem or warning.</summary>
    internal static string Describe(string file, PolicyProblem problem) =>
        $"{file}:{problem.Line}:{problem.Column}: {(problem.Key.Length > 0 ? problem.Key + ": " : "")}"
        + problem.Message;

    /// <summary>Says on stderr what keeps files from being used.</summary>
    internal void ReportProblems(CommandContext context)
    {
        foreach (var reading in Readings)
        {
            foreach (var problem in reading.Problems)
                context.Console.Error.WriteLine("lvbackup: " + Describe(reading.File, problem));
        }
    }

    private static IEnumerable<string> FilesAt(string path) => !Directory.Exists(path) ? File.Exists(path)
        || path != DefaultDirectory ? [path] : []
        : Directory.EnumerateFiles(path).Where(file => Path.GetExtension(file) is ".yaml" or ".yml")
            .Order(StringComparer.Ordinal);

    private static async Task<PolicyReading> ReadAsync(
        CommandContext context, string file, CancellationToken cancellationToken)
    {
        try
        {
            var text = await InputFile.ReadAsync(file, cancellationToken);
            return PolicyReader.Read(file, text, context.Environment.Time.LocalTimeZone);
        }
        catch (BackupException e)
        {
            return new PolicyReading(file, null, [new PolicyProblem(1, 1, "", e.Message)], []);
        }
    }

    // Notes are kept by name.
    private static PolicyReading RefuseTwins(PolicyReading reading, List<PolicyReading> others) =>
        reading.Policy is { } policy && others.Find(o => o.Policy?.Name == policy.Name) is { } other
            ? reading with
            {
                Policy = null,
                Problems =
                [
                    new PolicyProblem(
                        1, 1, "name", $"'{policy.Name}' is the name of the policy in '{other.File}' too; rename one"),
                ],
            }
            : reading;
}

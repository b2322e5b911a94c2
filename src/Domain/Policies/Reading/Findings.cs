namespace LibvirtBackup.Policies.Reading;

/// <summary>Collects what is wrong in a file, so that all of it is told at once.</summary>
internal sealed class Findings
{
    private readonly List<PolicyProblem> _problems = [];
    private readonly List<PolicyProblem> _warnings = [];

    internal IReadOnlyList<PolicyProblem> Problems => InOrder(_problems);

    internal IReadOnlyList<PolicyProblem> Warnings => InOrder(_warnings);

    internal void Add(FileNode at, string key, string message) =>
        _problems.Add(new PolicyProblem(at.Line, at.Column, key, message));

    internal void Warn(FileNode at, string key, string message) =>
        _warnings.Add(new PolicyProblem(at.Line, at.Column, key, message));

    private static List<PolicyProblem> InOrder(IEnumerable<PolicyProblem> problems) =>
        [.. problems.OrderBy(p => p.Line).ThenBy(p => p.Column)];
}

using System.Text;
using System.Text.RegularExpressions;
using LibvirtBackup.Documentation;

namespace LibvirtBackup.Integration.Tests.Guides;

/// <summary>The script of a page: its blocks in their order, in one shell, each behind a line with its place.</summary>
internal static partial class GuideScript
{
    private const string Prelude = """
        set -eo pipefail
        newest() { ls -t "$LVBACKUP_REPO/points" | head -n 1 | cut -d. -f1; }

        """;

    /// <summary>Writes it. POINT stands for the newest point.</summary>
    internal static string Write(IEnumerable<GuideStep> steps)
    {
        var script = new StringBuilder(Prelude);
        foreach (var step in steps.Where(step => step.IsRun))
        {
            var text = Point().Replace(step.Text, "$(newest)");
            script.Append($"echo '{Mark(step)}'\n");
            script.Append(step.ExitCode == 0 ? text : Failing(text, step.ExitCode));
        }

        return script.Append("echo '#### end'\n").ToString();
    }

    private static string Failing(string text, int exitCode) => $$"""
        code=0
        {
        {{text}}} || code=$?
        [ $code = {{exitCode}} ] || { echo "exit code $code"; exit 1; }

        """;

    /// <summary>Which of the expected lines a block did not print, or null.</summary>
    /// <param name="step">The block.</param>
    /// <param name="output">The script's output.</param>
    internal static string? Missing(GuideStep step, string output)
    {
        var begin = output.IndexOf(Mark(step), StringComparison.Ordinal) + Mark(step).Length;
        var printed = output[begin..output.IndexOf("####", begin, StringComparison.Ordinal)].Split('\n');
        var at = 0;
        foreach (var line in step.Expected)
        {
            var pattern = $"^{Regex.Escape(Spaces().Replace(line.Trim(), " ")).Replace(@"\.\.\.", ".*")}$";
            while (at < printed.Length
                && !Regex.IsMatch(Spaces().Replace(printed[at].Trim(), " "), pattern, RegexOptions.None, Limit)) at++;
            if (at++ == printed.Length) return $"{step.Place} does not print: {line}";
        }

        return null;
    }

    private static TimeSpan Limit => TimeSpan.FromSeconds(1);

    private static string Mark(GuideStep step) => $"#### {step.Place}";

    [GeneratedRegex(@"\bPOINT\b", RegexOptions.None, 1000)]
    private static partial Regex Point();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Spaces();
}

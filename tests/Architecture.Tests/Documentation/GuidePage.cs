using System.Globalization;
using System.Text.RegularExpressions;

namespace LibvirtBackup.Documentation;

/// <summary>
/// A page of the documentation and what its comments say to the tests. Before a block: <c>run</c>, <c>run, exit 4</c>,
/// or <c>not run: REASON</c>. A comment that begins with the word <c>test</c> alone on its line has lines of shell
/// that the reader does not see. A block <c>text</c> right behind a block is what that prints.
/// </summary>
internal static partial class GuidePage
{
    /// <summary>The blocks and hidden lines in their order.</summary>
    /// <param name="path">The page, for messages.</param>
    /// <param name="lines">Its lines.</param>
    internal static IReadOnlyList<GuideStep> Read(string path, IReadOnlyList<string> lines)
    {
        var steps = new List<GuideStep>();
        GuideStep? marker = null;
        var printed = false; // only blank lines since a block
        for (var i = 0; i < lines.Count; i++)
        {
            var place = $"{path}:{i + 1}";
            if (lines[i] is "<!-- test")
                steps.Add(new GuideStep
                {
                    Place = place, Language = "test", Text = Until(lines, ref i, "-->"), IsRun = true,
                });
            else if (Marker().Match(lines[i]) is { Success: true } match)
                marker = OfMarker(match, place);
            else if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                Add(steps, marker, lines[i][3..].Trim(), place, Until(lines, ref i, "```"), printed);
                (marker, printed) = (null, true);
                continue;
            }
            else if (lines[i].Length > 0 && marker is not null)
                throw new FormatException($"{marker.Place}: no block follows the comment");

            printed &= lines[i].Length == 0;
        }

        return steps;
    }

    private static void Add(
        List<GuideStep> steps, GuideStep? marker, string language, string place, string text, bool printed)
    {
        if (language is "text" && printed && steps is [.., { IsRun: true } last])
            steps[^1] = last with { Expected = text.Split('\n', StringSplitOptions.RemoveEmptyEntries) };
        else
            steps.Add((marker ?? new GuideStep { Place = place, Language = language, Text = text }) with
            {
                Place = place, Language = language, Text = text,
            });
    }

    private static GuideStep OfMarker(Match match, string place) => new()
    {
        Place = place,
        Language = "",
        Text = "",
        IsRun = !match.Groups["reason"].Success,
        ExitCode = match.Groups["code"] is { Success: true } code
            ? int.Parse(code.Value, CultureInfo.InvariantCulture)
            : 0,
        Reason = match.Groups["reason"] is { Success: true } reason ? reason.Value : null,
    };

    private static string Until(IReadOnlyList<string> lines, ref int i, string end)
    {
        var first = i + 1;
        while (++i < lines.Count && lines[i] != end)
        {
        }

        if (i == lines.Count) throw new FormatException($"line {first}: nothing ends the block");
        return string.Concat(lines.Skip(first).Take(i - first).Select(line => $"{line}\n"));
    }

    [GeneratedRegex(
        "^<!-- (run(, exit (?<code>\\d+))?|not run: (?<reason>.+)) -->$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Marker();
}

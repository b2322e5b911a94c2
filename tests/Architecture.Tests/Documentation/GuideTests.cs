using System.Text.RegularExpressions;
using LibvirtBackup.Documentation;
using Xunit;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>The pages hang together, and what they show is tried or says why not.</summary>
public sealed partial class GuideTests
{
    /// <summary>What a fence may be called; of these <c>sh</c> and <c>csharp</c> are tried.</summary>
    private static readonly string[] s_languages =
        ["sh", "text", "json", "yaml", "ini", "csharp", "markdown", "mermaid", "xml"];

    private static readonly string[] s_programs = ["lvbackup ", "virsh ", "qemu-img "];

    private static IReadOnlyList<string> Pages { get; } =
        ["README.md", "CONTRIBUTING.md", .. RepositoryTree.Files("docs", "*.md")];

    private static IEnumerable<GuideStep> Steps => Pages.SelectMany(page =>
        GuidePage.Read(page, RepositoryTree.ReadLines(page)));

    [Fact]
    public void Every_block_says_what_it_is() => Breaches.None(Steps
        .Where(step => step.Language is not "test" && !s_languages.Contains(step.Language.Split(' ')[0]))
        .Select(step => $"{step.Place}: a block of '{step.Language}'"));

    [Fact]
    public void Every_command_is_run_by_a_test_or_says_why_not()
    {
        var blocks = Steps.Where(step => step.Language is "sh").ToList();
        Breaches.None(blocks.Where(step => !step.IsRun && step.Reason is null)
            .Select(step => $"{step.Place}: neither run nor 'not run: REASON'"));
        Assert.True(
            blocks.Count(step => step.IsRun) > blocks.Count(step => !step.IsRun), "most of the blocks are not run");
    }

    [Fact]
    public void Commands_are_in_blocks_of_sh() => Breaches.None(Steps
        .Where(step => step.Language is "text" or "" && step.Text.Split('\n').Any(line =>
            s_programs.Any(program => line.StartsWith(program, StringComparison.Ordinal))))
        .Select(step => $"{step.Place}: commands in a block of '{step.Language}'"));

    [Fact]
    public void Every_program_is_a_sample_or_says_why_not() => Breaches.None(Steps
        .Where(step => step.Language is "csharp" && step.Reason is null)
        .Select(step => $"{step.Place}: neither 'csharp file=samples/...' nor 'not run: REASON'"));

    [Fact]
    public void Every_page_is_in_the_index()
    {
        var index = string.Concat(RepositoryTree.ReadLines("docs/README.md"));
        Breaches.None(RepositoryTree.Files("docs", "*.md")
            .Select(page => page["docs/".Length..])
            .Where(page => page is not "README.md" && !index.Contains($"]({page})", StringComparison.Ordinal)));
    }

    [Fact]
    public void Links_lead_somewhere() => Breaches.None(
        from page in Pages
        from line in RepositoryTree.ReadLines(page).Select((text, at) => (Text: text, Number: at + 1))
        from Match link in Link().Matches(line.Text)
        let target = link.Groups["target"].Value
        where !target.Contains("://", StringComparison.Ordinal) && !IsThere(page, target)
        select $"{page}:{line.Number}: {target}");

    private static bool IsThere(string page, string target)
    {
        var (file, anchor) = target.Split('#') switch
        {
            [var path, var name] => (path, name),
            var parts => (parts[0], null),
        };
        var relative = file.Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, file);
        var full = Path.Combine(RepositoryTree.Root, relative);
        return anchor is null
            ? File.Exists(full) || Directory.Exists(full)
            : File.Exists(full) && File.ReadLines(full).Any(line => line.StartsWith('#') && Anchor(line) == anchor);
    }

    /// <summary>As GitHub makes them.</summary>
    private static string Anchor(string heading) => NotInAnchors()
        .Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex("\\]\\((?<target>[^)\\s]+)\\)", RegexOptions.None, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("[^\\w\\- ]", RegexOptions.None, 1000)]
    private static partial Regex NotInAnchors();
}

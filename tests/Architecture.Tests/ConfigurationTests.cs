using System.Xml.Linq;
using Xunit;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>Rules that are switched off for a project or for all say why.</summary>
public sealed class ConfigurationTests
{
    private static readonly string[] s_folders = ["src", "tests", "eng"];

    [Fact]
    public void Every_rule_that_editorconfig_switches_off_stands_below_a_comment() =>
        Breaches.None(Unexplained(RepositoryTree.ReadLines(".editorconfig")));

    [Fact]
    public void Every_NoWarn_stands_below_a_comment() =>
        Breaches.None(s_folders
            .SelectMany(folder => RepositoryTree.Files(folder, "*.csproj"))
            .Append("Directory.Build.props")
            .SelectMany(path => UnexplainedNoWarn(XDocument.Load(Path.Combine(RepositoryTree.Root, path)))
                .Select(rules => $"{path}: {rules}")));

    [Fact]
    public void A_rule_that_is_switched_off_without_a_comment_is_found()
    {
        string[] lines = ["# why", "dotnet_diagnostic.A1.severity = none", "", "dotnet_diagnostic.A2.severity = none"];
        Assert.Equal([lines[3]], Unexplained(lines));
        Assert.Equal(["A1"], UnexplainedNoWarn(XDocument.Parse("<a><b>1</b><NoWarn>A1</NoWarn></a>")));
        Assert.Empty(UnexplainedNoWarn(XDocument.Parse("<a><!-- why --><NoWarn>A1</NoWarn></a>")));
    }

    /// <summary>
    /// A comment explains the rules below it, through the header of a section, up to a line of another kind.
    /// </summary>
    private static IEnumerable<string> Unexplained(IEnumerable<string> lines)
    {
        bool isExplained = false;
        foreach (string line in lines)
        {
            if (line.StartsWith('#'))
                isExplained = true;
            else if (!line.StartsWith("dotnet_diagnostic.", StringComparison.Ordinal))
                isExplained = isExplained && line.StartsWith('[');
            else if (line.EndsWith("= none", StringComparison.Ordinal) && !isExplained)
                yield return line;
        }
    }

    private static IEnumerable<string> UnexplainedNoWarn(XDocument project) => project.Descendants("NoWarn")
        .Where(e => e.NodesBeforeSelf().LastOrDefault(n => n is not XText) is not XComment)
        .Select(e => e.Value);
}

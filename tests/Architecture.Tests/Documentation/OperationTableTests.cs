using System.Text;
using Xunit;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>The table of docs/chain-operations.md is what the integration tests found, per libvirt version.</summary>
public sealed class OperationTableTests
{
    private const string Page = "docs/chain-operations.md";
    private const string Outcomes = "tests/Integration.Tests/Chains/Outcomes";
    private const string Heading = "| operation | by | libvirt 9.0 | libvirt 11.3 | libvirt 12.8 |";
    private static readonly string[] s_suites = ["bookworm", "trixie", "forky"];

    [Fact]
    public void The_table_of_operations_is_made_of_test_results()
    {
        var path = Path.Combine(RepositoryTree.Root, Page);
        var text = File.ReadAllText(path);
        var at = text.IndexOf(Heading, StringComparison.Ordinal);
        var before = at < 0 ? text : text[..at];
        var wanted = before + MakeTable();
        if (Environment.GetEnvironmentVariable("LVB_UPDATE_GOLDEN") is "1") File.WriteAllText(path, wanted);
        Assert.True(File.ReadAllText(path) == wanted, $"{Page} differs from {Outcomes}: LVB_UPDATE_GOLDEN=1 writes it");
    }

    private static string MakeTable()
    {
        var suites = s_suites.Select(suite => RepositoryTree.ReadLines($"{Outcomes}/{suite}.tsv")
            .Select(line => line.Split('\t')).ToList()).ToList();
        var table = new StringBuilder(Heading).Append("\n|---|---|---|---|---|\n");
        for (var row = 0; row < suites[0].Count; row++)
        {
            Assert.All(suites, suite => Assert.Equal(suites[0][row][..2], suite[row][..2]));
            var cells = suites.Select(suite => suite[row] is [_, _, "refused", var next]
                ? $"refused, {next}"
                : suite[row][3]);
            table.Append("| ").AppendJoin(" | ", suites[0][row][..2].Concat(cells)).Append(" |\n");
        }

        return table.ToString();
    }
}

using Xunit;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>The tree keeps the rules of <see cref="SourceRules"/>.</summary>
public sealed class SourceTreeTests
{
    private static readonly SourceFile[] s_product = [.. RepositoryTree.Sources("src").Where(f => !f.IsGenerated)];

    private static readonly SourceFile[] s_all =
        [.. RepositoryTree.Sources("src", "tests", "eng").Where(f => !f.IsGenerated)];

    [Fact]
    public void The_tree_is_found() => Assert.True(s_product.Length > 100, $"{s_product.Length} files in src");

    [Fact]
    public void Half_of_the_files_have_at_most_60_lines_and_nine_of_ten_at_most_250()
    {
        int[] lengths = [.. s_product.Select(f => f.Lines.Count).Order()];
        Assert.True(Percentile(lengths, 50) <= 60, $"the median is {Percentile(lengths, 50)} lines");
        Assert.True(Percentile(lengths, 90) <= 250, $"the 90th percentile is {Percentile(lengths, 90)} lines");
    }

    [Fact]
    public void No_file_is_longer_than_500_lines() => Holds(s_all, SourceRules.OverlongFile);

    [Fact]
    public void No_line_is_longer_than_120_characters() => Holds(s_all, SourceRules.OverlongLines);

    [Fact]
    public void Every_file_holds_one_top_level_type_and_is_named_for_it() => Holds(s_all, SourceRules.MisplacedTypes);

    [Fact]
    public void Namespaces_are_file_scoped() => Holds(s_all, SourceRules.BlockNamespaces);

    [Fact]
    public void There_are_no_regions() => Holds(s_all, SourceRules.Regions);

    [Fact]
    public void Every_note_on_missing_work_names_its_issue() => Holds(WithoutSamples(), SourceRules.BareNotes);

    [Fact]
    public void Every_suppression_of_a_rule_says_why() =>
        Holds(WithoutSamples(), SourceRules.UnexplainedSuppressions);

    [Fact]
    public void Nothing_in_the_product_sleeps_or_blocks_on_a_task() => Holds(s_product, SourceRules.Sleeps);

    [Fact]
    public void Only_the_program_talks_to_the_terminal() =>
        Holds(s_product.Where(f => !f.Path.StartsWith("src/Cli/", StringComparison.Ordinal)), SourceRules.Terminal);

    [Fact]
    public void Every_message_about_damaged_data_says_what_to_do_next() =>
        Holds(s_product, SourceRules.DamageWithoutNextStep);

    /// <summary>The rules and their tests hold samples of what they look for.</summary>
    private static IEnumerable<SourceFile> WithoutSamples() => s_all
        .Where(f => !f.Path.StartsWith("tests/Architecture.Tests/Sources/SourceRules", StringComparison.Ordinal));

    private static int Percentile(int[] sorted, int percent) => sorted[(sorted.Length - 1) * percent / 100];

    private static void Holds(IEnumerable<SourceFile> files, Func<SourceFile, IEnumerable<string>> rule) =>
        Breaches.None(files.SelectMany(rule));
}

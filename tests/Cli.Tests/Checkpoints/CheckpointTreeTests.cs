using LibvirtBackup.Checkpoints;
using LibvirtBackup.Cli.Checkpoints;

namespace LibvirtBackup.Cli.Tests.Checkpoints;

public sealed class CheckpointTreeTests
{
    [Fact]
    public void Branches_are_drawn_below_their_parents()
    {
        var text = Draw(null, ("a", null), ("b", "a"), ("c", "b"), ("d", "a"), ("e", null));
        Assert.Equal(
            "a\n  |\n  +- b\n  |   |\n  |   +- c\n  |     \n  +- d\n    \ne\n\n", text);
    }

    [Fact]
    public void A_tree_can_start_at_a_checkpoint_that_is_not_listed() =>
        Assert.Equal("a\n  |\n  +- b\n      |\n      +- c\n        \n", Draw("a", ("b", "a"), ("c", "b")));

    [Fact]
    public void Nothing_is_drawn_of_nothing() => Assert.Empty(Draw(null));

    private static string Draw(string? from, params (string Name, string? Parent)[] family)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var checkpoints = family.Select(f => new CheckpointSummary(f.Name, f.Parent, DateTimeOffset.UnixEpoch, []));
        CheckpointTree.Write(output, [.. checkpoints], from);
        return output.ToString();
    }
}

using LibvirtBackup.Backups.Planning;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Planning;

public sealed class CheckpointNamingTests
{
    [Fact]
    public void No_two_checkpoints_have_the_same_name_though_they_have_the_same_number()
    {
        var names = Enumerable.Range(0, 100)
            .Select(_ => new CheckpointNaming("0123abcd", "default", 1, 3, CheckpointNaming.NewMark()).ToString());

        Assert.Distinct(names);
    }

    [Fact]
    public void A_name_is_read_as_it_was_written()
    {
        const string name = "lvb.0123abcd.default.1.3.00ff9a";

        Assert.True(CheckpointNaming.TryParse(name, out var parts));

        Assert.Equal(new CheckpointNaming("0123abcd", "default", 1, 3, "00ff9a"), parts);
        Assert.Equal(name, parts.ToString());
    }

    [Theory]
    [InlineData("lvb.0123abcd.default.1.3")]
    [InlineData("lvb.0123abcd.default.1.3.")]
    [InlineData("lvb.0123abcd.default.1.3.mine")]
    [InlineData("lvb.0123abcd.default.1.3.notours")]
    [InlineData("lvb.0123abcd.default.1.3.00ff9a.1")]
    [InlineData("lvb.0123abcd.default.1.x.00ff9a")]
    [InlineData("lvb.0123abcd.default.1")]
    public void What_looks_alike_is_not_ours(string name) => Assert.False(CheckpointNaming.TryParse(name, out _));
}

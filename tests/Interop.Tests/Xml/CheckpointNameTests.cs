using FsCheck.Fluent;
using FsCheck;
using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

public sealed class CheckpointNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("-")]
    [InlineData("_.-")]
    [InlineData("lvb.repo.daily.3.17")]
    public void A_name_of_the_schema_is_accepted_as_it_is(string text) =>
        Assert.Equal(text, CheckpointName.Parse(text).Value);

    [Theory]
    [InlineData(null, "must not be empty")]
    [InlineData("", "must not be empty")]
    [InlineData(".a", "must not start with a dot")]
    [InlineData("a b", "holds U+0020")]
    [InlineData("a/b", "holds '/'")]
    [InlineData("ä", "holds U+00E4")]
    [InlineData("a\n", "holds U+000A")]
    public void A_name_outside_the_schema_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.False(CheckpointName.TryParse(text, out CheckpointName? name, out string? why));
        Assert.Null(name);
        Assert.Contains(reason, why, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_name_that_libvirt_can_store_has_247_bytes()
    {
        Assert.Equal(247, CheckpointName.Parse(new string('a', 247)).Value.Length);
        FormatException e = Assert.Throws<FormatException>(() => CheckpointName.Parse(new string('a', 248)));
        Assert.Contains("has 248 bytes; libvirt can store at most 247", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_differ_by_case()
    {
        Assert.Equal(CheckpointName.Parse("a"), CheckpointName.Parse("a"));
        Assert.NotEqual(CheckpointName.Parse("a"), CheckpointName.Parse("A"));
    }

    [Fact]
    public void Any_text_is_accepted_exactly_when_the_schema_pattern_matches() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<string>(),
            text => CheckpointName.TryParse(text, out _, out _) ==
                (text is { Length: <= 247 } && SchemaPattern.IsName(text)))
            .QuickCheckThrowOnFailure();
}

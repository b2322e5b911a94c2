using FsCheck;
using FsCheck.Fluent;
using LibvirtBackup.Checkpoints;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Checkpoints;

public sealed class CheckpointDiskSpecTests
{
    [Theory]
    [InlineData("vda", "vda", null, null)]
    [InlineData("vda,checkpoint=no", "vda", "no", null)]
    [InlineData("vda,bitmap=b,checkpoint=bitmap", "vda", "bitmap", "b")]
    [InlineData("/img,,1,bitmap=x,,y", "/img,1", null, "x,y")]
    public void A_specification_is_read(string text, string disk, string? mode, string? bitmap) =>
        Assert.Equal(new CheckpointDiskSpec(disk, mode, bitmap), CheckpointDiskSpec.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(",checkpoint=no")]
    [InlineData("vda,colour=blue")]
    [InlineData("vda,checkpoint=no,checkpoint=no")]
    [InlineData("vda,")]
    public void Another_form_is_wrong_usage(string text)
    {
        var refused = Assert.Throws<BackupException>(() => CheckpointDiskSpec.Parse(text));
        Assert.Equal(FailureKind.Usage, refused.Kind);
    }

    [Fact]
    public void Values_with_doubled_commas_come_back()
    {
        var word = Gen.Elements("a", ",", "=", "/", "é").NonEmptyListOf().Select(string.Concat);
        Prop.ForAll(Gen.Zip(word, word).ToArbitrary(), pair =>
        {
            var (disk, bitmap) = pair;
            var text = Doubled(disk) + ",bitmap=" + Doubled(bitmap);
            return CheckpointDiskSpec.Parse(text) == new CheckpointDiskSpec(disk, null, bitmap);
        }).QuickCheckThrowOnFailure();
    }

    private static string Doubled(string value) => value.Replace(",", ",,", StringComparison.Ordinal);
}

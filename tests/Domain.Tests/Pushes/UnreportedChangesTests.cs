using LibvirtBackup.Extents;
using LibvirtBackup.Pushes;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Pushes;

public sealed class UnreportedChangesTests
{
    private const long Block = 64 * Units.KiB;

    [Theory]
    [InlineData(1, 1, 1, 0)] // data as before
    [InlineData(1, 0, 1, 1)] // gone, and the image below shows through
    [InlineData(1, 0, 0, 0)] // gone, and reported
    [InlineData(0, 0, 1, 0)] // written since it was looked at
    [InlineData(0, 1, 1, 0)] // written and reported
    public void What_shows_through_although_it_is_gone_counts(int before, int live, int now, int blocks) =>
        Assert.Equal(blocks, UnreportedChanges.Suspect(Of(before), Of(live), Of(now)).Count());

    [Fact]
    public void Pieces_of_blocks_do_not_count()
    {
        var data = new RangeSet();
        data.Append(new ByteRange(4096, Block));
        Assert.Empty(UnreportedChanges.Suspect(data, new RangeSet(), data));
    }

    private static RangeSet Of(int blocks)
    {
        var set = new RangeSet();
        set.Append(new ByteRange(2 * Block, blocks * Block));
        return set;
    }
}

using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace LibvirtBackup.Domain.Tests;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("64KiB", 65_536)]
    [InlineData("64kib", 65_536)]
    [InlineData("64K", 65_536)]
    [InlineData("8MiB", 8_388_608)]
    [InlineData("1GiB", 1_073_741_824)]
    [InlineData("1 GiB", 1_073_741_824)]
    [InlineData("2T", 2_199_023_255_552)]
    [InlineData("5MB", 5_000_000)]
    [InlineData("12B", 12)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void A_size_with_a_unit_is_read(string text, long bytes)
    {
        Assert.True(SizeText.TryParse(text, out var parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5GiB")]
    [InlineData("1QiB")]
    [InlineData("0x10")]
    [InlineData("9223372036854775808")]
    [InlineData("8388608TiB")]
    [InlineData("1 0KiB")]
    public void What_is_no_size_is_refused(string text) => Assert.False(SizeText.TryParse(text, out _));

    [Fact]
    public void Every_unit_is_a_multiple_that_never_wraps()
    {
        var sizes = from number in Gen.Choose(0, int.MaxValue)
                    from unit in Gen.Elements("KiB", "MiB", "GiB", "TiB", "PiB")
                    select (number, unit);
        Prop.ForAll(sizes.ToArbitrary(), size =>
        {
            var power = "KMGTP".IndexOf(size.unit[0], StringComparison.Ordinal) + 1;
            var exact = (Int128)size.number << (10 * power);
            var fits = SizeText.TryParse(size.number + size.unit, out var bytes);
            return fits == (exact <= long.MaxValue) && (!fits || bytes == exact);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(65_536, "64.0 KiB")]
    [InlineData(1_610_612_736, "1.5 GiB")]
    [InlineData(long.MaxValue, "8.0 EiB")]
    public void A_size_is_shown_with_one_decimal(long bytes, string text) => Assert.Equal(text, SizeText.Format(bytes));
}

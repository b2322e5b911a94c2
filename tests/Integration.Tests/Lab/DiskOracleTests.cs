using Xunit;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>The comparison itself is tested: an oracle that calls everything equal would prove nothing.</summary>
public sealed class DiskOracleTests
{
    private const int Size = (2 << 20) + 512;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData(Size - 1)]
    public async Task The_first_byte_that_differs_is_named(int offset)
    {
        byte[] changed = new byte[Size];
        changed[offset] = 1;
        changed[Size - 1] = 1;

        Assert.Equal(offset, await CompareAsync(new byte[Size], changed));
    }

    [Fact]
    public async Task Equal_files_have_no_difference() =>
        Assert.Null(await CompareAsync(new byte[Size], new byte[Size]));

    [Theory]
    [InlineData(Size - 1)]
    [InlineData(1 << 20)]
    [InlineData(0)]
    public async Task A_shorter_file_differs_where_it_ends(int length)
    {
        Assert.Equal(length, await CompareAsync(new byte[Size], new byte[length]));
        Assert.Equal(length, await CompareAsync(new byte[length], new byte[Size]));
    }

    private static async Task<long?> CompareAsync(byte[] left, byte[] right)
    {
        string directory = Directory.CreateTempSubdirectory("lvb-oracle-").FullName;
        try
        {
            string a = Path.Combine(directory, "a");
            string b = Path.Combine(directory, "b");
            await File.WriteAllBytesAsync(a, left, Cancellation);
            await File.WriteAllBytesAsync(b, right, Cancellation);
            return await DiskOracle.CompareRawAsync(a, b, Cancellation);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}

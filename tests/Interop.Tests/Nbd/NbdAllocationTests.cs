using LibvirtBackup.Interop.Nbd;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

[Collection(AloneCollection.Name)]
public sealed class NbdAllocationTests
{
    private const int Reads = 20_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reading_allocates_nothing_per_request()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "16M");
        await using NbdConnection connection = await server.ConnectAsync();
        using NativeBuffer buffer = NativeBufferPool.Shared.Rent(65536);
        using var source = new CancellationTokenSource();
        await Task.Run(() => ReadManyAsync(connection, buffer, source.Token), Token);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.Run(() => ReadManyAsync(connection, buffer, source.Token), Token);
        double perRead = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Reads;
        TestContext.Current.TestOutputHelper?.WriteLine($"{perRead} bytes per read");
        Assert.True(perRead < 2, $"{perRead} bytes per read");
    }

    private static async Task ReadManyAsync(NbdConnection connection, NativeBuffer buffer, CancellationToken token)
    {
        for (int i = 0; i < Reads; i++)
            await connection.ReadAsync(0, buffer, 0, 512, token).ConfigureAwait(false);
    }
}

using System.Net.Sockets;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>The process's memory is measured, so nothing else may run meanwhile.</summary>
[Collection(typeof(Alone))]
public sealed class GreedyClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clients_that_ask_for_much_and_take_nothing_get_a_bounded_amount_of_memory()
    {
        const int clients = 8;
        await using var scene = await ServedScene.StartAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var greedy = new List<NetworkStream>();
        for (var i = 0; i < clients; i++)
        {
            greedy.Add(await scene.ConnectSimpleAsync());
            // 1.5 GB over all, in requests that fit what the kernel keeps for a server that does not read.
            for (var k = 0; k < 64; k++) await greedy[i].WriteAsync(NbdBytes.Request(command: 0, 0, 3_000_000), Token);
        }

        // One that comes after them is served: the others have what they will get.
        await scene.AssertStillServesAsync();
        var more = GC.GetTotalMemory(forceFullCollection: false) - before;
        foreach (var client in greedy) await client.DisposeAsync();

        Assert.True(more < clients * 16L * 1024 * 1024, $"{more} bytes more");
    }

    [CollectionDefinition(DisableParallelization = true)]
    public sealed class Alone;
}

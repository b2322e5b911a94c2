using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories.Blobs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories;

/// <summary>The store that crash tests use keeps the contract too, and loses what a power cut may take.</summary>
public sealed class RecordingBlobStoreTests : BlobStoreConformance
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected override IBlobStore Store { get; } = new RecordingBlobStore();

    [Fact]
    public async Task A_put_is_absent_then_perhaps_there_then_there()
    {
        var store = new RecordingBlobStore();
        await store.PutIfAbsentAsync("a", new byte[1], Token);
        var outcomes = store.Images.Select(image => image.Outcomes().Select(o => o.Blobs.ContainsKey("a")).ToArray());
        Assert.Equal([[false], [true, false], [true]], outcomes);
        Assert.Equal(["put a"], store.DurableSteps);
    }

    [Fact]
    public async Task A_deleted_blob_may_come_back_until_that_is_durable()
    {
        var store = new RecordingBlobStore();
        await store.PutIfAbsentAsync("a", new byte[1], Token);
        await store.DeleteAsync("a", Token);
        var outcomes = store.Images.Skip(3).Select(image => image.Outcomes().Select(o => o.Blobs.Count).ToArray());
        Assert.Equal([[0, 1], [0]], outcomes);
    }

    [Fact]
    public async Task Puts_at_the_same_time_may_reach_the_disk_in_any_order()
    {
        var store = new RecordingBlobStore();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => store.PutIfAbsentAsync($"{i}", new byte[1], Token)));
        Assert.Contains(store.Images, image => image.Pending.Length > 1);
    }
}

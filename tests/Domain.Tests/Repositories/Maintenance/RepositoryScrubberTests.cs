using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

public sealed class RepositoryScrubberTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_changed_bit_in_any_file_is_found_without_a_key(bool isEncrypted)
    {
        var scene = await Scene.CreateAsync(
            new MemoryBlobStore(), isEncrypted ? new RepositorySecret.Passphrase("correct horse") : null);
        await scene.BackupAsync(Scene.Random(1, 20));
        Assert.True((await RepositoryScrubber.ScrubAsync(scene.Store, null, Token)).IsGood);
        var keys = new List<string> { "config.json" };
        foreach (var folder in new[] { "packs/", "indexes/", "points/", "keys/" })
            keys.AddRange(await scene.Store.ListAsync(folder, Token));
        var random = new Random(1);
        foreach (var key in keys)
        {
            var whole = await scene.Store.ReadAllAsync(key, Token);
            for (var trial = 0; trial < 20; trial++)
            {
                await scene.ReplaceAsync(key, content =>
                {
                    content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
                    return content;
                });
                Assert.False((await RepositoryScrubber.ScrubAsync(scene.Store, null, Token)).IsGood, key);
                await scene.ReplaceAsync(key, _ => whole);
            }
        }
    }

    [Fact]
    public async Task A_pack_that_is_gone_is_found()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        await scene.BackupAsync(Scene.Random(1, 2));
        var pack = Assert.Single(await scene.Store.ListAsync("packs/", Token));
        await scene.Store.DeleteAsync(pack, Token);
        var report = await RepositoryScrubber.ScrubAsync(scene.Store, null, Token);
        Assert.Equal(pack, Assert.Single(report.Problems).StoredObject);
    }
}

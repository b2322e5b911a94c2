using LibvirtBackup.Domain.Tests.Repositories.Reliability;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Formats;

/// <summary>
/// The format document is enough: a reader in another language, written from it alone, restores what was stored.
/// </summary>
public sealed class IndependentReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_that_knows_only_the_document_restores_every_point()
    {
        using var directory = new TestDirectory();
        var scene = new RepositoryScene(isEncrypted: false);
        using var repository = await scene.CreateAsync(new DirectoryBlobStore(directory.File("repository")), Token);
        // More chunks than a node has entries, so that there are nodes above nodes.
        var disk = RepositoryScene.MakeDisk(clusters: 600, seed: 1);
        disk.Discard(200, 250);
        RestorePoint? last = null;
        for (var i = 0; i < 3; i++)
        {
            RepositoryScene.WriteCluster(disk, 40 * i, new Random(i));
            last = await scene.BackUpAsync(repository, disk, last, Token);
        }

        // New packs and merged indexes are read as well as those of backups.
        await repository.Points.DeleteAsync(scene.Begun.Min()!, Token);
        await new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);
        foreach (var point in scene.Begun.Order(StringComparer.Ordinal).Skip(1))
        {
            await Tools.SucceedAsync(
                "python3", Path.Combine(AppContext.BaseDirectory, "Repositories", "Formats", "read_repository.py"),
                directory.File("repository"), point, "vda", directory.File("restored"));
            scene.AssertRight(point, await File.ReadAllBytesAsync(directory.File("restored"), Token), "by the reader");
        }
    }
}

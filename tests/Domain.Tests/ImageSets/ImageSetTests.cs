using LibvirtBackup.Backups;
using LibvirtBackup.Domain.Tests.Imports;
using LibvirtBackup.ImageSets;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.ImageSets;

/// <summary>Restore points written as images, read by plain qemu-img, and imported again.</summary>
public sealed class ImageSetTests : IDisposable
{
    private readonly ImportScene _scene = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Set => _scene.Files.File("set");

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_chain_of_points_becomes_a_chain_of_images_and_comes_back()
    {
        using var repository = await _scene.MakeRepositoryAsync();
        var points = await MakeChainAsync(repository);
        var first = await ExportAsync(repository, points[1]);
        Assert.Equal([true, true], first.Points.Select(point => point.IsNew));
        var all = await ExportAsync(repository, points[^1]); // goes on from there
        Assert.Equal([false, false, true, true], all.Points.Select(point => point.IsNew));
        Assert.Equal(
            ["000001-full", "000002-incremental", "000003-incremental", "000004-incremental"],
            all.Points.Select(point => point.Point));
        Assert.Equal("../000003-incremental/vda.qcow2", all.Points[3].Disks[0].BackingFile);

        for (var i = 0; i < all.Points.Count; i++)
        {
            var (vda, vdb) = ImportScene.Truth[i];
            Assert.Equal(vda, await ReadAsync(all.Points[i].Disks[0]));
            Assert.Equal(vdb, await ReadAsync(all.Points[i].Disks[1]));
        }

        using var other = await _scene.MakeRepositoryAsync("other");
        var imported = await _scene.ImportAsync(other, Set);
        for (var i = 0; i < imported.Points.Count; i++)
            Assert.Equal(ImportScene.Truth[i], await _scene.HashAsync(other, imported.Points[i].Point));
    }

    [Theory]
    [InlineData("printf x | dd of=000001-full/vda.qcow2 bs=1 seek=70000 conv=notrunc status=none",
        "'000001-full'", "other content")]
    [InlineData("truncate -s -1 000002-incremental/vdb.qcow2", "'000002-incremental'", "bytes instead of")]
    [InlineData("rm 000001-full/vdb.qcow2", "'000001-full'", "is missing")]
    [InlineData("printf ' ' >> 000002-incremental/domain.xml", "'000002-incremental'", "domain.xml' has other content")]
    [InlineData("printf x > 000002-incremental/manifest.json", "manifest.json'", "damaged")]
    [InlineData("rm -r 000001-full", "'000002-incremental'", "")]
    public async Task What_is_not_what_its_manifest_says_is_named_and_nothing_is_imported(
        string damage, string what, string why)
    {
        using var repository = await _scene.MakeRepositoryAsync();
        await ExportAsync(repository, (await MakeChainAsync(repository))[1]);
        await Tools.SucceedAsync("sh", "-c", $"cd '{Set}' && {damage}");
        using var other = await _scene.MakeRepositoryAsync("other");
        var failure = await Assert.ThrowsAsync<BackupException>(() => _scene.ImportAsync(other, Set));
        Assert.Equal(FailureKind.Integrity, failure.Kind);
        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.Empty((await other.ListPointsAsync(Token)).Points);
    }

    [Fact]
    public async Task An_image_that_was_changed_is_built_on_no_more()
    {
        using var repository = await _scene.MakeRepositoryAsync();
        var points = await MakeChainAsync(repository);
        await ExportAsync(repository, points[1]);
        await Tools.SucceedAsync("sh", "-c", $"truncate -s -1 '{Set}/000001-full/vda.qcow2'");
        var report = await ExportAsync(repository, points[1]);
        Assert.Equal(["000003-full", "000004-incremental"], report.Points.Select(point => point.Point));
        Assert.Contains(report.Warnings, line => line.Contains("'000001-full' is broken", StringComparison.Ordinal));
    }

    [Fact]
    public void A_directory_with_other_files_or_of_another_domain_is_refused()
    {
        var domain = Guid.NewGuid();
        ImageSet.OpenOrCreate(Set, "web", domain, TimeProvider.System);
        Assert.Equal(domain, ImageSet.OpenOrCreate(Set, "web", domain, TimeProvider.System).DomainUuid);
        var other = Assert.Throws<BackupException>(
            () => ImageSet.OpenOrCreate(Set, "db", Guid.NewGuid(), TimeProvider.System));
        Assert.Contains("is the image set of domain 'web'", other.Message, StringComparison.Ordinal);
        var foreign = Assert.Throws<BackupException>(
            () => ImageSet.OpenOrCreate(_scene.Backup, "web", domain, TimeProvider.System));
        Assert.Contains("holds other files", foreign.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_one_writes_to_a_set()
    {
        var set = ImageSet.OpenOrCreate(Set, "web", Guid.NewGuid(), TimeProvider.System);
        using var held = set.Lock();
        Assert.Equal(FailureKind.Busy, Assert.Throws<BackupException>(() => set.Lock()).Kind);
    }

    /// <summary>Imported points, each once more as if it built on the one before.</summary>
    private async Task<IReadOnlyList<string>> MakeChainAsync(Repository repository)
    {
        var imported = await _scene.ImportAsync(repository, _scene.Backup);
        var chain = new List<string>();
        foreach (var one in imported.Points)
        {
            var point = await repository.GetPointAsync(one.Point, Token);
            var id = $"{point.Id}c";
            await repository.CommitAsync(
                point with { Id = id, Track = "default", Parent = chain.LastOrDefault() }, Token);
            chain.Add(id);
        }

        return chain;
    }

    private Task<ImageExportReport> ExportAsync(Repository repository, string point) =>
        new ImageSetExporter(new BackupEngineOptions(), TimeProvider.System).ExportAsync(
            repository,
            new ImageExportRequest { Point = point, Directory = Set, WithChain = true },
            progress: null,
            Token);

    private static async Task<string> ReadAsync(WrittenImage image)
    {
        var raw = image.Path + ".raw";
        await Tools.SucceedAsync("qemu-img", "convert", "-O", "raw", "-f", "qcow2", image.Path, raw);
        return ImportScene.HashOf(raw);
    }
}

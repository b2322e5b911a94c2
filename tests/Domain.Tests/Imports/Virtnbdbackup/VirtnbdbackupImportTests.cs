using Xunit;

namespace LibvirtBackup.Domain.Tests.Imports.Virtnbdbackup;

/// <summary>A real backup of virtnbdbackup, whole and with each of its known holes.</summary>
public sealed class VirtnbdbackupImportTests : IDisposable
{
    private readonly ImportScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Every_point_is_what_the_disks_held_and_is_imported_once()
    {
        using var repository = await _scene.MakeRepositoryAsync();
        // As after a copy of the directory: the order is not that of the files' times.
        foreach (var file in Directory.GetFiles(_scene.Backup, "*.full.data"))
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(70));
        var report = await _scene.ImportAsync(repository, _scene.Backup);
        Assert.Equal(4, report.Points.Count);
        for (var i = 0; i < report.Points.Count; i++)
            Assert.Equal(ImportScene.Truth[i], await _scene.HashAsync(repository, report.Points[i].Point));
        Assert.Contains("stores no hashes", Assert.Single(report.Warnings), StringComparison.Ordinal);

        var again = await _scene.ImportAsync(repository, _scene.Backup);
        Assert.Equal(report.Points.Select(point => point.Point), again.Points.Select(point => point.Point));
        Assert.All(again.Points, point => Assert.False(point.IsNew));
        Assert.Empty(Directory.GetFileSystemEntries(_scene.Files.File("state/jobs")));
    }

    [Theory]
    [InlineData("rm vda.inc.virtnbdbackup.1.data", "'vda.diff.1795340747.data'", "'virtnbdbackup.1'")]
    [InlineData("rm v*.inc.virtnbdbackup.2.data", "'tiny.cpt'", "vda.inc.virtnbdbackup.2.data")]
    [InlineData("rm vdb.inc.virtnbdbackup.2.data", "'vda.inc.virtnbdbackup.2.data'", "disk 'vdb' has no file")]
    [InlineData("rm vda.diff.1795340747.data", "'vdb.diff.1795340747.data'", "disk 'vda' has no file")]
    [InlineData("rm vda.full.data", "'vda.diff.1795340747.data'", "no full")]
    [InlineData("truncate -s -44 vda.inc.virtnbdbackup.2.data", "'vda.inc.virtnbdbackup.2.data'", "it was cut")]
    [InlineData("truncate -s -40 vda.full.data", "'vda.full.data'", "it was cut")]
    [InlineData("truncate -s 0 vda.full.data", "'vda.full.data'", "it was cut")]
    [InlineData("truncate -s +1 vda.full.data", "'vda.full.data'", "1 bytes after its end")]
    [InlineData("mv vda.inc.virtnbdbackup.2.data vda.inc.virtnbdbackup.2.data.partial",
        "'vda.inc.virtnbdbackup.2.data.partial'", "never finished")]
    [InlineData("cp vda.inc.virtnbdbackup.2.data vda.inc.virtnbdbackup.1.data", "'vda.inc.virtnbdbackup.1.data'",
        "it is of checkpoint 'virtnbdbackup.2'")]
    [InlineData("mv vda.full.data vdc.full.data", "'vdc.full.data'", "of disk 'vda'")]
    [InlineData("cp vda.full.data vda.copy.data", "'vda.full.data'", "is a full of the same disk")]
    [InlineData("cp vda.full.data vda.data", "'vda.data'", "no name of virtnbdbackup's")]
    [InlineData("sed -i 's/\"dataSize\": 20480/\"dataSize\": 20481/' vda.full.data", "'vda.full.data'", "20481")]
    [InlineData("sed -i 's/\"virtualSize\": 1048576/\"virtualSize\": 1048577/' vda.inc.virtnbdbackup.1.data",
        "'vda.inc.virtnbdbackup.1.data'", "1048577 bytes")]
    [InlineData("sed -i 's/\"compressed\": false/\"compressed\": 1    /' vda.full.data", "'vda.full.data'",
        "compressed")]
    [InlineData("sed -i 's/zero 0000000000002000/zero 0000000000003000/' vda.full.data", "'vda.full.data'",
        "bytes 8192 to 12288 of the disk are missing")]
    public async Task What_is_missing_cut_or_does_not_fit_is_named_and_nothing_is_imported(
        string damage, string file, string why)
    {
        await Tools.SucceedAsync("sh", "-c", $"cd '{_scene.Backup}' && {damage}");
        using var repository = await _scene.MakeRepositoryAsync();
        var failure = await Assert.ThrowsAsync<BackupException>(
            () => _scene.ImportAsync(repository, _scene.Backup));
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Empty((await repository.ListPointsAsync(TestContext.Current.CancellationToken)).Points);
    }
}

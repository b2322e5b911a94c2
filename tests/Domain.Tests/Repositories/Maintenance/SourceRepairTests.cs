using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Maintenance.Sources;
using LibvirtBackup.Repositories.Maps;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>Repair that reads what is lost from where it was copied from.</summary>
public sealed class SourceRepairTests
{
    private const int Chunk = Scene.Chunk;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_lost_is_named_and_read_again_from_a_disk_that_still_has_it()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bytes = Scene.Random(1, 1030); // two leaves
        bytes.AsSpan(100 * Chunk, 10 * Chunk).Clear();
        var id = await scene.BackupAsync(bytes);
        await scene.DamageAsync(bytes.AsMemory(7 * Chunk, Chunk));
        await scene.DamageAsync(bytes.AsMemory(9 * Chunk, Chunk));
        await scene.VerifyAsync(new VerifyRequest());
        var lost = await RepairAsync(scene, disk: null);
        var point = Assert.Single(lost.DamagedPoints);
        Assert.Equal(id, point.Id);
        Assert.Equal([7L * Chunk, 9L * Chunk], point.Problems.Select(problem => problem.OffsetBytes!.Value));

        // The guest has written to one of them since, and another one's map is lost as well.
        var disk = new SimulatedDisk(bytes.Length, Chunk);
        disk.Write(0, bytes);
        disk.Write(9 * Chunk, [1, 2, 3]);
        await DamageLeafAsync(scene, id, leaf: 1);
        var healed = await RepairAsync(scene, disk);
        Assert.Equal(2, healed.HealedBlobs);
        var problem = Assert.Single(Assert.Single(healed.DamagedPoints).Problems);
        Assert.Equal((9L * Chunk, (long)Chunk), (problem.OffsetBytes, problem.LengthBytes));

        disk.Write(0, bytes);
        Assert.True((await RepairAsync(scene, disk)).IsGood);
        await scene.HoldsAsync();
    }

    [Fact]
    public async Task A_whole_map_is_built_again_of_a_disk_that_is_what_it_was()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bytes = Scene.Random(1, 1030);
        bytes.AsSpan(100 * Chunk, 10 * Chunk).Clear();
        var id = await scene.BackupAsync(bytes);
        // From below: what is above cannot be read afterwards.
        await scene.DamageAsync(bytes.AsMemory(7 * Chunk, Chunk));
        await DamageLeafAsync(scene, id, leaf: 0);
        await DamageRootAsync(scene, id);
        Assert.False((await scene.VerifyAsync(new VerifyRequest())).IsGood);

        // The guest has written elsewhere since: leaf and chunk are what they were, and the root is not.
        var disk = new SimulatedDisk(bytes.Length, Chunk);
        disk.Write(0, bytes);
        disk.Write(1028 * Chunk, [1, 2, 3]);
        var problem = Assert.Single(Assert.Single((await RepairAsync(scene, disk)).DamagedPoints).Problems);
        Assert.Equal((0L, (long)bytes.Length), (problem.OffsetBytes, problem.LengthBytes));

        disk.Write(1028 * Chunk, bytes.AsSpan(1028 * Chunk, Chunk));
        Assert.True((await RepairAsync(scene, disk)).IsGood);
        await scene.HoldsAsync();
        Assert.True((await scene.VerifyAsync(new VerifyRequest())).IsGood);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_beside_the_disks_is_read_again_while_it_is_what_it_was(bool isTheSame)
    {
        using var directory = new TestDirectory();
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var firmware = Scene.Random(5, 3)[..^1000];
        var file = directory.File("firmware");
        await File.WriteAllBytesAsync(file, firmware, Token);
        var point = await BackUpFileAsync(scene, file, firmware);
        await scene.DamageAsync(firmware.AsMemory(Chunk, Chunk));
        await scene.VerifyAsync(new VerifyRequest());
        if (!isTheSame) await File.WriteAllBytesAsync(file, firmware[..(Chunk + 10)], Token);

        var report = await RepairAsync(scene, disk: null);
        Assert.Equal(isTheSame, report.IsGood);
        if (isTheSame)
        {
            using var repository = await scene.OpenAsync();
            var kept = (await repository.GetPointAsync(point, Token)).Attachments[0];
            Assert.Equal(firmware, await Scene.ReadAsync(
                repository, TestPoints.Disk("firmware", kept.SizeBytes, kept.Root)));
            return;
        }

        var problem = Assert.Single(Assert.Single(report.DamagedPoints).Problems);
        Assert.StartsWith($"file '{file}': ", problem.Message, StringComparison.Ordinal);
        Assert.Equal(((long)Chunk, (long)Chunk), (problem.OffsetBytes, problem.LengthBytes));
    }

    private static async Task<string> BackUpFileAsync(Scene scene, string path, byte[] content)
    {
        using var repository = await scene.OpenAsync();
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var root = await Scene.CopyAsync(repository, writer, content);
        await writer.FinishAsync(Token);
        var point = Scene.MakePoint("20260101T000000Z-000000", 1, [], MapEntry.Hole) with
        {
            Attachments =
            [
                new PointAttachment
                {
                    Role = AttachmentRole.Loader, Path = path, SizeBytes = content.Length, Mode = 0,
                    Root = root.ToString(),
                },
            ],
        };
        await repository.CommitAsync(point, Token);
        return point.Id;
    }

    private static async Task DamageLeafAsync(Scene scene, string id, long leaf)
    {
        using var repository = await scene.OpenAsync();
        var point = await repository.GetPointAsync(id, Token);
        var entry = await repository.OpenMap(point.Disks[0]).ReadLeafEntryAsync(leaf, Token);
        await scene.DamageAsync(await repository.Reader.ReadAsync(entry.Id, Token));
    }

    private static async Task DamageRootAsync(Scene scene, string id)
    {
        using var repository = await scene.OpenAsync();
        var root = repository.OpenMap((await repository.GetPointAsync(id, Token)).Disks[0]).Root;
        await scene.DamageAsync(await repository.Reader.ReadAsync(root.Id, Token));
    }

    private static async Task<RepairReport> RepairAsync(Scene scene, SimulatedDisk? disk)
    {
        using var repository = await scene.OpenAsync();
        await using var held = await MaintenanceLock.TakeAsync(repository, "test", Token);
        return await new RepairRun(repository, held, async (lost, places, token) =>
        {
            await using var writer = await repository.BeginWriteAsync("test", token);
            var healer = new SourceHealer(repository, writer, lost);
            await RepositoryRepairer.HealFilesAsync(healer, places, token);
            if (disk is not null) await healer.HealAsync(disk, places.Select(place => place.Place), token);
            await writer.FinishAsync(token);
            return healer.Healed;
        }).ExecuteAsync(Token);
    }
}

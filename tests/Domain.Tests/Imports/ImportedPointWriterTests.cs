using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Domain.Tests.Repositories;
using LibvirtBackup.Imports;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Imports;

/// <summary>Others remove points while points are imported that build on each other.</summary>
public sealed class ImportedPointWriterTests
{
    private const int Chunk = RepositoryOptions.MinimumChunkSizeBytes;

    private readonly MemoryBlobStore _store = new();
    private readonly SimulatedDisk _disk = new(20 * Chunk, Chunk);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_point_before_stays_until_what_builds_on_it_is_there()
    {
        var refusals = new List<BackupException>();
        var done = await ImportAsync(_store, async number =>
        {
            if (number == 2)
                refusals.Add(await Assert.ThrowsAsync<BackupException>(ForgetFirstAsync));
        });
        Assert.Equal(FailureKind.Busy, Assert.Single(refusals).Kind);
        await ForgetFirstAsync();
        await RestoresAsync(done[1].Point);
    }

    [Fact]
    public async Task All_is_read_when_the_point_before_is_gone()
    {
        var locks = 0;
        var removing = new HookedBlobStore(_store, async key =>
        {
            // A lock for the first point; for the second one its session's, and then that which keeps the first.
            if (key.StartsWith("locks/", StringComparison.Ordinal) && ++locks == 3) await ForgetFirstAsync();
        });
        var done = await ImportAsync(removing, _ => Task.CompletedTask);
        Assert.Equal(3, locks);
        await RestoresAsync(done[1].Point);
    }

    private async Task<IReadOnlyList<ImportedPoint>> ImportAsync(IBlobStore store, Func<int, Task> whileReading)
    {
        using var repository = await Repository.CreateAsync(store, new RepositoryOptions(), TimeProvider.System, Token);
        Write(0, 20, seed: 1);
        var writer = new ImportedPointWriter(repository, "imported", "test", TimeProvider.System, progress: null);
        return await writer.WriteAllAsync([Point(1), Point(2)], [], Token);

        SourcePoint Point(int number) => new()
        {
            Origin = $"point {number}",
            Domain = "web",
            DomainUuid = Guid.Empty,
            Time = new DateTimeOffset(2026, 1, number, 0, 0, 0, TimeSpan.Zero),
            Quiesced = false,
            DomainXml = "<domain/>",
            Disks = [new SourceDisk("vda", "raw", _disk.SizeBytes, TellsChanges: true, async (read, _) =>
            {
                await whileReading(number);
                if (number == 2) Write(3, 1, seed: 2);
                await read(_disk);
                _disk.ClearBitmap();
            })],
        };
    }

    private void Write(int first, int count, int seed)
    {
        var bytes = new byte[count * Chunk];
        new Random(seed).NextBytes(bytes);
        _disk.Write(first * Chunk, bytes);
    }

    private async Task ForgetFirstAsync()
    {
        using var repository = await Repository.OpenAsync(new SharedBlobStore(_store), Token);
        await repository.ForgetAsync((await repository.GetPointAsync("20260101", Token)).Id, Token);
    }

    private async Task RestoresAsync(string point)
    {
        using var repository = await Repository.OpenAsync(new SharedBlobStore(_store), Token);
        var disk = (await repository.GetPointAsync(point, Token)).Disks[0];
        Assert.Equal(_disk.Bytes, await repository.OpenMap(disk).ReadAllAsync(repository.Reader, Token));
    }
}

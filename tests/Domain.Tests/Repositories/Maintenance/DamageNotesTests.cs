using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>What a restore or another verify notes while everything is read is not replaced: it may be news.</summary>
public sealed class DamageNotesTests
{
    private static readonly ChunkId s_news = ChunkId.Compute([1]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verify_keeps_what_is_noted_meanwhile_and_drops_what_was_noted_before()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        await scene.BackupAsync(Scene.Random(1, 3));
        using var repository = await scene.OpenAsync();
        await DamageNotes.WriteAsync(repository, [ChunkId.Compute([2])], [], replaced: null, Token);
        var noting = new Noting(repository);
        await RepositoryVerifier.VerifyAsync(repository, new VerifyRequest(), noting, Token);
        Assert.True(noting.Noted.IsCompletedSuccessfully);
        var note = Assert.Single(await repository.Notes.ListDamagedAsync(Token));
        Assert.Equal([s_news.ToString()], note.Blobs);
    }

    [Fact]
    public async Task Repair_keeps_what_is_noted_meanwhile()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bytes = Scene.Random(1, 3);
        await scene.BackupAsync(bytes);
        await scene.DamageAsync(bytes.AsMemory(0, Scene.Chunk));
        await scene.VerifyAsync(new VerifyRequest());
        using var repository = await scene.OpenAsync();
        await using var held = await MaintenanceLock.TakeAsync(repository, "test", Token);
        await new RepairRun(repository, held, async (_, _, _) =>
        {
            await NoteNewsAsync(repository);
            return 0;
        }).ExecuteAsync(Token);
        var noted = await repository.Notes.ListDamagedAsync(Token);
        Assert.Contains(s_news.ToString(), noted.SelectMany(note => note.Blobs));
        Assert.Equal(2, noted.Count);
    }

    private static Task NoteNewsAsync(Repository repository) =>
        DamageNotes.WriteAsync(repository, [s_news], [], replaced: null, Token);

    /// <summary>Notes when the first pack has been read.</summary>
    private sealed class Noting(Repository repository) : IProgress<MaintenanceProgress>
    {
        private Task? _noted;

        internal Task Noted => _noted ?? Task.FromException(new InvalidOperationException("nothing was read"));

        public void Report(MaintenanceProgress value) => _noted ??= NoteNewsAsync(repository);
    }
}

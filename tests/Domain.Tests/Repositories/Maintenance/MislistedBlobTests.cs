using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Packs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>
/// An index that is what its writer made it says something wrong of a blob: the packs are whole, and a restore fails.
/// </summary>
public sealed class MislistedBlobTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("offset", VerifyDepth.Full)]
    [InlineData("stored length", VerifyDepth.Full)]
    [InlineData("plain length", VerifyDepth.Full)]
    [InlineData("codec", VerifyDepth.Full)]
    [InlineData("salt", VerifyDepth.Full)]
    [InlineData("offset", VerifyDepth.Structure)]
    public async Task An_entry_that_is_not_what_the_pack_says_is_found_and_repaired(string what, VerifyDepth depth)
    {
        var secret = new RepositorySecret.KeyFile(new byte[32]); // else nobody needs the salt
        var scene = await Scene.CreateAsync(new MemoryBlobStore(), secret);
        var bytes = Scene.Random(1, 10);
        await scene.BackupAsync(bytes);
        await MislistAsync(scene, bytes[..Scene.Chunk], what);

        var report = await scene.VerifyAsync(new VerifyRequest { Depth = depth });
        Assert.Contains(
            Assert.Single(report.Points).Problems,
            problem => problem.Message.Contains("is not what packs/", StringComparison.Ordinal));
        using (var repository = await scene.OpenAsync())
            Assert.True((await RepositoryRepairer.RepairAsync(repository, Token)).IsGood);
        await scene.HoldsAsync();
        Assert.True((await scene.VerifyAsync(new VerifyRequest())).IsGood);
    }

    private static async Task MislistAsync(Scene scene, byte[] blob, string what)
    {
        using var repository = await scene.OpenAsync();
        var id = repository.NameOf(blob);
        var file = Assert.Single(await repository.Index.GetFilesAsync(Token));
        var entries = await file.ReadBlockAsync(0, Token);
        var packs = file.Packs.ToList();
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Id != id) continue;
            switch (what)
            {
                case "offset":
                    entries[i] = entries[i] with { Offset = entries[i].Offset + 1 };
                    break;
                case "stored length":
                    entries[i] = entries[i] with { StoredLength = entries[i].StoredLength - 1 };
                    break;
                case "plain length":
                    entries[i] = entries[i] with { PlainLength = entries[i].PlainLength + 1 };
                    break;
                case "codec":
                    entries[i] = entries[i] with { Codec = BlobCodec.Zstd };
                    break;
                default:
                    packs.Add(packs[0] with { Salt = PackSalt.Create() });
                    entries[i] = entries[i] with { Pack = 1 };
                    break;
            }
        }

        var (key, content) = IndexWriter.Write(packs, entries);
        await scene.Store.PutIfAbsentAsync(IndexFormat.KeyOf(key), content, Token);
        await scene.Store.DeleteAsync(file.Key, Token);
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Points;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>Documents of any content: what is no document is refused in words, and nothing else happens.</summary>
public sealed class DocumentFuzzTests
{
    private const string Key = "points/20260101T000001Z-000000.json";

    private static readonly RepositoryKeys s_keys = new(new byte[RepositoryKeys.MasterLength]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_bit_of_a_document_counts(bool isSealed)
    {
        // Lengths that leave 0, 1 and 2 bytes for the last group of base64.
        foreach (var length in new[] { 20, 21, 22 })
        {
            var body = Encoding.UTF8.GetBytes($"{{\"a\":\"{new string('x', length)}\"}}");
            var document = DocumentFormat.Write(Key, body, isSealed ? s_keys : null);
            Assert.Equal(body, DocumentFormat.Read(Key, document, isSealed ? s_keys : null).ToArray());
            for (var bit = 0; bit < document.Length * 8; bit++)
            {
                var changed = (byte[])document.Clone();
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.True(
                    IsRefused(() => DocumentFormat.Check(changed)),
                    $"bit {bit % 8} of byte {bit / 8} makes no difference: {Encoding.UTF8.GetString(changed)}");
            }

            for (var cut = 0; cut < document.Length; cut++)
                Assert.True(IsRefused(() => DocumentFormat.Check(document.AsMemory(0, cut))), $"cut to {cut} bytes");
        }
    }

    [Fact]
    public void Random_bytes_are_no_document()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Assert.True(IsRefused(() => DocumentFormat.Read(Key, bytes, s_keys)));
        }
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData("""{"sha256":1,"body":{}}""")]
    [InlineData("""{"sha256":null,"body":null}""")]
    [InlineData("""{"sha256":"","sealed":1}""")]
    [InlineData("""{"sha256":"","sealed":"%%%"}""")]
    [InlineData("""{"sealed":"AAAA","body":{}}""")]
    [InlineData("""{"sha256":"","body":"\ud800"}""")]
    public void What_is_almost_a_document_is_refused(string text) =>
        Assert.True(IsRefused(() => DocumentFormat.Read(Key, Encoding.UTF8.GetBytes(text), s_keys)));

    [Fact]
    public void A_document_nested_without_end_is_refused() =>
        Assert.True(IsRefused(() => DocumentFormat.Check(
            Encoding.UTF8.GetBytes($"{{\"sha256\":\"\",\"body\":{new string('[', 1_000_000)}"))));

    [Fact]
    public async Task A_manifest_of_any_content_with_a_right_hash_is_read_or_refused()
    {
        var root = ChunkId.Compute([]).ToString();
        var point = TestPoints.Make(Guid.Empty, 1, BackupLevel.Full, checkpoint: null) with
        {
            Disks = [TestPoints.Disk("vda", 1 << 30), TestPoints.Disk("vdb", 1 << 20, root)],
        };
        var clean = JsonSerializer.SerializeToUtf8Bytes(point, PointJson.Default.RestorePoint);
        var config = await MakeConfigurationAsync();
        var random = new Random(2);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            var store = new MemoryBlobStore();
            await store.PutIfAbsentAsync("config.json", config, Token);
            using var repository = await Repository.OpenAsync(store, Token);
            await store.PutIfAbsentAsync($"points/{point.Id}.json", WithHash(Mutation.Of(clean, random)), Token);
            try
            {
                var changed = await repository.GetPointAsync(point.Id, Token);
                read++;
                // The second one's map is not there.
                foreach (var disk in changed.Disks)
                    if (repository.OpenMap(disk) is { Shape.LeafCount: > 0 } map)
                        await map.ReadLeafAsync(map.Shape.LeafCount - 1, Token);
            }
            catch (BackupException e)
            {
                Assert.Equal(FailureKind.Integrity, e.Kind);
                refused++;
            }
        }

        Assert.InRange(read, 100, 9900);
        Assert.InRange(refused, 100, 10_000);
    }

    [Fact]
    public async Task A_configuration_of_any_content_with_a_right_hash_is_read_or_refused()
    {
        var clean = DocumentFormat.Read("config.json", await MakeConfigurationAsync(), keys: null).ToArray();
        var random = new Random(3);
        var (opened, refused) = (0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            var changed = new MemoryBlobStore();
            await changed.PutIfAbsentAsync("config.json", WithHash(Mutation.Of(clean, random)), Token);
            try
            {
                using var repository = await Repository.OpenAsync(changed, Token);
                opened++;
                // Whoever divides by it or allocates it.
                Assert.InRange(
                    repository.ChunkSizeBytes,
                    RepositoryOptions.MinimumChunkSizeBytes,
                    RepositoryOptions.MaximumChunkSizeBytes);
            }
            catch (BackupException)
            {
                refused++;
            }
        }

        Assert.InRange(opened, 100, refused);
    }

    private static async Task<byte[]> MakeConfigurationAsync()
    {
        var store = new MemoryBlobStore();
        using (await new RepositoryScene(isEncrypted: false).CreateAsync(store, Token))
            return await store.ReadAllAsync("config.json", Token);
    }

    /// <summary>The body may be no JSON at all, which the product would not write.</summary>
    private static byte[] WithHash(byte[] body) =>
    [
        .. Encoding.ASCII.GetBytes($"{{\"sha256\":\"{Convert.ToHexStringLower(SHA256.HashData(body))}\",\"body\":"),
        .. body,
        (byte)'}',
    ];

    private static bool IsRefused(Action read)
    {
        try
        {
            read();
            return false;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }
}

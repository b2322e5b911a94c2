using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>Crashes and failures while a repository is made or its keys are changed never lock anybody out.</summary>
public sealed class KeyChangeTests
{
    private static readonly RepositorySecret.KeyFile s_old = KeyFile(1);
    private static readonly RepositorySecret.KeyFile s_new = KeyFile(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_while_a_repository_is_made_leaves_one_or_none(bool isEncrypted)
    {
        var recording = new RecordingBlobStore();
        var options = new RepositoryOptions { Secret = isEncrypted ? s_old : null };
        using (await CreateAsync(recording, options))
        {
        }

        DurableSteps.AssertAll(isEncrypted ? DurableSteps.InitEncrypted : DurableSteps.Init, recording);
        foreach (var (name, blobs) in recording.Images.SelectMany(image => image.Outcomes()))
        {
            var store = await CrashImage.OpenAsync(blobs);
            if (!blobs.ContainsKey("config.json"))
            {
                var e = await Assert.ThrowsAsync<BackupException>(() => OpenAsync(store, options.Secret));
                Assert.True(e.Message.StartsWith("no repository in", StringComparison.Ordinal), $"{name}: {e.Message}");
                using var made = await CreateAsync(store, options);
            }

            using var opened = await OpenAsync(store, options.Secret);
            Assert.Empty((await opened.ListPointsAsync(Token)).Points);
            // What a first try has left opens nothing: who counts on it removes the slot that does.
            Assert.Equal(isEncrypted ? 1 : 0, (await opened.ListKeysAsync(Token)).Count);
        }
    }

    [Fact]
    public async Task A_crash_while_a_key_is_rotated_leaves_the_old_one_or_the_new_one_or_both()
    {
        var recording = await StartAsync();
        using (var repository = await OpenAsync(recording, s_old))
            await repository.RotateKeyAsync(s_old, s_new, Token);
        DurableSteps.AssertAll(DurableSteps.KeyRotate, recording);
        await AssertOpensAsync(recording, s_old, s_new);
    }

    [Fact]
    public async Task A_crash_while_a_key_is_added_or_removed_locks_nobody_out()
    {
        var recording = await StartAsync();
        using (var repository = await OpenAsync(recording, s_old))
        {
            var added = await repository.AddKeyAsync(s_new, "second", Token);
            var first = (await repository.ListKeysAsync(Token)).Single(slot => slot.Id != added.Id);
            await repository.RemoveKeyAsync(first.Id, Token);
        }

        DurableSteps.AssertAll([.. DurableSteps.KeyAdd, .. DurableSteps.KeyRemove], recording);
        await AssertOpensAsync(recording, s_old, s_new);
    }

    [Theory]
    [InlineData(nameof(FaultKind.InputOutputError), false)]
    [InlineData(nameof(FaultKind.NoSpace), true)]
    [InlineData(nameof(FaultKind.LostAnswer), false)]
    public async Task Any_operation_of_a_rotation_may_fail(string kind, bool isLasting)
    {
        var failures = 0;
        for (var (reached, isClean) = (0, false); !isClean; reached++)
        {
            var store = await CrashImage.OpenAsync((await StartAsync()).Blobs);
            using var faulty = new FaultyBlobStore(
                store, new Fault(StoreOperations.All, reached, Enum.Parse<FaultKind>(kind), isLasting));
            try
            {
                using var repository = await OpenAsync(faulty, s_old);
                await repository.RotateKeyAsync(s_old, s_new, Token);
                Assert.False(await OpensAsync(store, s_old), $"operation {reached}");
            }
            catch (IOException)
            {
                faulty.AssertReached();
                failures++;
            }

            isClean = !faulty.FaultReached;
            foreach (var key in await store.ListAsync("locks/", Token)) await store.DeleteAsync(key, Token);
            if (await OpensAsync(store, s_old))
            {
                // It is not done; the same again does it.
                using var repository = await OpenAsync(store, s_old);
                await repository.RotateKeyAsync(s_old, s_new, Token);
            }

            Assert.False(await OpensAsync(store, s_old), $"operation {reached}: the old key opens");
            Assert.True(await OpensAsync(store, s_new), $"operation {reached}: the new key does not open");
        }

        Assert.True(failures > 3, $"only {failures} failures");
    }

    private static RepositorySecret.KeyFile KeyFile(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    private static async Task<RecordingBlobStore> StartAsync()
    {
        var store = new RecordingBlobStore();
        using (await CreateAsync(store, new RepositoryOptions { Secret = s_old }))
        {
        }

        return new RecordingBlobStore(store.Blobs);
    }

    private static Task<Repository> CreateAsync(IBlobStore store, RepositoryOptions options) =>
        Repository.CreateAsync(store, options, TimeProvider.System, Token);

    private static Task<Repository> OpenAsync(IBlobStore store, RepositorySecret? secret) =>
        Repository.OpenAsync(store, secret, TimeProvider.System, Token);

    private static async Task<bool> OpensAsync(IBlobStore store, RepositorySecret secret)
    {
        try
        {
            using var repository = await OpenAsync(store, secret);
            return true;
        }
        catch (BackupException e)
        {
            Assert.Contains("does not open", e.Message, StringComparison.Ordinal);
            return false;
        }
    }

    /// <summary>Each outcome opens with one of them, and what either opens is the same repository.</summary>
    private static async Task AssertOpensAsync(
        RecordingBlobStore recording, RepositorySecret before, RepositorySecret after)
    {
        var (old, both, young) = (0, 0, 0);
        foreach (var (name, blobs) in recording.Images.SelectMany(image => image.Outcomes()))
        {
            var store = await CrashImage.OpenAsync(blobs);
            switch (await OpensAsync(store, before), await OpensAsync(store, after))
            {
                case (true, true):
                    both++;
                    break;
                case (true, false):
                    old++;
                    break;
                case (false, true):
                    young++;
                    break;
                default:
                    Assert.Fail($"{name}: no key opens the repository any more");
                    break;
            }
        }

        Assert.True(old > 0 && both > 0 && young > 0, $"{old} old, {both} both, {young} new");
    }
}

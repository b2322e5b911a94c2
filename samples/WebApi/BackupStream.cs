using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LibvirtBackup;
using LibvirtBackup.Backups;
using LibvirtBackup.Clients;

namespace WebApi;

/// <summary>Takes a restore point, and tells of its progress as server-sent events.</summary>
internal sealed class BackupStream(BackupClient client, BackupPlace place)
{
    /// <summary>The events <c>progress</c>, and at last <c>done</c> or <c>failed</c>.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">The client went away: the backup is ended, and the next one covers the gap.
    /// </param>
    public async IAsyncEnumerable<SseItem<object>> RunAsync(
        string domain, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A slow reader slows no backup: it misses steps.
        var steps = Channel.CreateBounded<BackupProgress>(
            new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest });
        var backup = BackUpAsync(domain, new Steps(steps.Writer), cancellationToken);
        await foreach (var step in steps.Reader.ReadAllAsync(cancellationToken))
            yield return new SseItem<object>(step, "progress");
        yield return await backup;
    }

    private async Task<SseItem<object>> BackUpAsync(string domain, Steps steps, CancellationToken cancellationToken)
    {
        try
        {
            await using var host = await client.ConnectAsync(place.Host, cancellationToken);
            using var repository = await client.OpenRepositoryAsync(place.Repository, secret: null, cancellationToken);
            var request = new BackupRequest { Domain = domain };
            return new SseItem<object>(await host.BackupAsync(repository, request, steps, cancellationToken), "done");
        }
        catch (BackupException e)
        {
            return new SseItem<object>(e.Message, "failed");
        }
        finally
        {
            steps.Complete();
        }
    }

    private sealed class Steps(ChannelWriter<BackupProgress> writer) : IProgress<BackupProgress>
    {
        public void Report(BackupProgress value) => writer.TryWrite(value);

        public void Complete() => writer.Complete();
    }
}

using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>A backup between its steps.</summary>
internal sealed class OpenBackup(
    Scene scene, Repository repository, BlobWriter writer, byte[] bytes, (string Id, int Sequence) name)
    : IAsyncDisposable
{
    private MapEntry? _root;
    private bool _isDisposed;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Stores the disk's blobs.</summary>
    internal async Task StoreAsync() => _root ??= await Scene.CopyAsync(repository, writer, bytes);

    /// <summary>Stores all, makes the point, and ends.</summary>
    internal async Task<string> CommitAsync()
    {
        await StoreAsync();
        await writer.FinishAsync(Token);
        await repository.CommitAsync(Scene.MakePoint(name.Id, name.Sequence, bytes, _root!.Value), Token);
        scene.Points[name.Id] = bytes;
        await DisposeAsync();
        return name.Id;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await writer.DisposeAsync();
        repository.Dispose();
    }
}

using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;

namespace LibvirtBackup.Repositories.Locks;

/// <summary>A lock of this process: renewed while it is held, deleted when disposed.</summary>
internal sealed class RepositoryLock : IAsyncDisposable
{
    private static readonly TimeSpan s_renewal = TimeSpan.FromMinutes(5);

    private readonly IBlobStore _store;
    private readonly DocumentStore _documents;
    private readonly TimeProvider _time;
    private readonly LockKind _kind;
    private readonly string _purpose;
    private readonly IReadOnlyList<string>? _points;
    private readonly SemaphoreSlim _gate = new(1);
    private ITimer? _timer;
    private int _number;
    private bool _isDisposed;

    private RepositoryLock(
        IBlobStore store, DocumentStore documents, TimeProvider time, LockKind kind, string purpose,
        IReadOnlyList<string>? points) =>
        (_store, _documents, _time, _kind, _purpose, _points) = (store, documents, time, kind, purpose, points);

    /// <summary>The session's id.</summary>
    internal string Session { get; } = Guid.NewGuid().ToString("n");

    internal static async Task<RepositoryLock> TakeAsync(
        IBlobStore store, DocumentStore documents, TimeProvider time, LockKind kind, string purpose,
        IReadOnlyList<string>? points, CancellationToken cancellationToken)
    {
        var taken = new RepositoryLock(store, documents, time, kind, purpose, points);
        try
        {
            await taken.WriteAsync(number: 0, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // It may be there all the same, and this process lives: nobody would take it for stale.
            await taken.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        taken._timer = time.CreateTimer(_ => _ = taken.RenewAsync(), null, s_renewal, s_renewal);
        return taken;
    }

    /// <summary>False when somebody took this lock for stale and deleted it: then nothing may rely on it.</summary>
    internal async Task<bool> IsHeldAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await _store.GetLengthAsync(KeyOf(_number), cancellationToken).ConfigureAwait(false) is not null;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Goes on only while this is held.</summary>
    /// <exception cref="BackupException">The lock was taken for stale: nothing may rely on it.</exception>
    internal async Task RequireAsync(CancellationToken cancellationToken)
    {
        if (!await IsHeldAsync(cancellationToken).ConfigureAwait(false))
            throw new BackupException(
                FailureKind.Failed,
                "this process was taken for dead by another one (was it stopped for more than an hour?), which may "
                + "have deleted what it relied on; run it again");
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_isDisposed) return;
            _isDisposed = true;
            if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
            await _store.DeleteAsync(KeyOf(_number), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever meets it when this process has ended takes it away; what was done under it stands.
        }
        finally
        {
            _gate.Release();
        }
    }

    private string KeyOf(int number) => $"{RepositoryLocks.Folder}{Session}-{number}.json";

    private Task<bool> WriteAsync(int number, CancellationToken cancellationToken)
    {
        var document = new LockDocument
        {
            Kind = _kind,
            Host = LockOwner.ThisHost,
            Process = ProcessIdentity.Current,
            Refreshed = _time.GetUtcNow(),
            Purpose = _purpose,
            Points = _points,
        };
        return _documents.WriteAsync(
            KeyOf(number), document, RepositoryJson.Default.LockDocument, cancellationToken);
    }

    private async Task RenewAsync()
    {
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            // One that is gone was taken for stale: it must not come back as if nothing had happened.
            if (_isDisposed
                || await _store.GetLengthAsync(KeyOf(_number), CancellationToken.None).ConfigureAwait(false) is null)
                return;
            await WriteAsync(_number + 1, CancellationToken.None).ConfigureAwait(false);
            if (await _store.GetLengthAsync(KeyOf(_number), CancellationToken.None).ConfigureAwait(false) is null)
            {
                // Taken away since we looked, by somebody who does not know of the new one.
                await _store.DeleteAsync(KeyOf(_number + 1), CancellationToken.None).ConfigureAwait(false);
                return;
            }

            _number++;
            await _store.DeleteAsync(KeyOf(_number - 1), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next renewal tries again; a lock lives an hour without.
        }
        finally
        {
            _gate.Release();
        }
    }
}

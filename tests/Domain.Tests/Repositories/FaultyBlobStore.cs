using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories.Blobs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories;

/// <summary>Passes operations on until one goes wrong as planned. Thread-safe.</summary>
internal sealed class FaultyBlobStore(IBlobStore inner, Fault fault) : IBlobStore, IDisposable
{
    private const int InputOutputError = 5;
    private const int NoSpace = 28;

    private readonly CancellationTokenSource _interruption = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>All puts fail from the n-th on, as on a full disk.</summary>
    internal FaultyBlobStore(IBlobStore inner, int writesBeforeFault)
        : this(inner, new Fault(StoreOperations.Put, writesBeforeFault, FaultKind.NoSpace, IsLasting: true))
    {
    }

    internal bool FaultReached => _reached.Task.IsCompleted;

    /// <summary>Completes when the planned operation is there.</summary>
    internal Task WhenReached => _reached.Task;

    /// <summary>Cancelled by <see cref="FaultKind.Interruption"/>.</summary>
    internal CancellationToken Interruption => _interruption.Token;

    public string Location => inner.Location;

    /// <summary>Lets the delayed operation go on.</summary>
    internal void Release() => _released.TrySetResult();

    /// <summary>A planned fault that was not reached has tested nothing.</summary>
    internal void AssertReached() =>
        Assert.True(FaultReached, $"the planned fault was not reached: {fault}; {_count} operations were counted");

    public async Task<bool> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (!IsDue(StoreOperations.Put, key))
            return await inner.PutIfAbsentAsync(key, content, cancellationToken);
        if (fault.Kind == FaultKind.ShortWrite)
            await inner.PutIfAbsentAsync(key, content[..(content.Length / 2)], cancellationToken);
        return await FailAsync(key, () => inner.PutIfAbsentAsync(key, content, cancellationToken));
    }

    public async ValueTask ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        if (IsDue(StoreOperations.Read, key))
            await FailAsync(key, ReadAsync);
        else
            await ReadAsync();

        async Task<bool> ReadAsync()
        {
            await inner.ReadAsync(key, offset, target, cancellationToken);
            return true;
        }
    }

    public Task<byte[]> ReadAllAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreOperations.Read, key, () => inner.ReadAllAsync(key, cancellationToken));

    public async ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellationToken) => await RunAsync(
        StoreOperations.Length, key, () => inner.GetLengthAsync(key, cancellationToken).AsTask());

    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        RunAsync(StoreOperations.List, prefix, () => inner.ListAsync(prefix, cancellationToken));

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => RunAsync(
        StoreOperations.Delete,
        key,
        async () =>
        {
            await inner.DeleteAsync(key, cancellationToken);
            return true;
        });

    public void Dispose() => _interruption.Dispose();

    private Task<T> RunAsync<T>(StoreOperations operation, string key, Func<Task<T>> run) =>
        IsDue(operation, key) ? FailAsync(key, run) : run();

    private bool IsDue(StoreOperations operation, string key)
    {
        if (!fault.Operations.HasFlag(operation) || !key.StartsWith(fault.Folder, StringComparison.Ordinal))
            return false;
        var number = Interlocked.Increment(ref _count) - 1;
        if (number < fault.Number || (number > fault.Number && !fault.IsLasting)) return false;
        _reached.TrySetResult();
        return true;
    }

    private async Task<T> FailAsync<T>(string key, Func<Task<T>> run)
    {
        switch (fault.Kind)
        {
            case FaultKind.NoSpace:
                throw new IOException($"No space left on device : '{key}'", NoSpace);
            case FaultKind.LostAnswer:
                await run();
                throw new IOException($"Input/output error : '{key}'", InputOutputError);
            case FaultKind.Interruption:
                await _interruption.CancelAsync();
                return await run();
            case FaultKind.Delay:
                await _released.Task;
                return await run();
            case FaultKind.InputOutputError or FaultKind.ShortWrite:
                throw new IOException($"Input/output error : '{key}'", InputOutputError);
            default:
                throw new InvalidOperationException($"unknown fault {fault.Kind}");
        }
    }
}

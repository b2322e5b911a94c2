namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// A byte stream over a connection, such as a volume's upload. It must end by <see cref="FinishAsync"/> or
/// <see cref="AbortAsync"/>; only a finish that succeeds means that all bytes arrived.
/// </summary>
/// <remarks>
/// <para>One call at a time. A call that was cancelled after it started goes on and still uses the caller's memory:
/// abort the stream, and keep the memory until the abort has ended.</para>
/// <para>Methods throw <see cref="LibvirtException"/>; after an error the stream must be aborted.</para>
/// </remarks>
public sealed class LibvirtStream : LibvirtObject
{
    internal LibvirtStream(LibvirtConnection connection, StreamHandle handle)
        : base(connection, handle) => Handle = handle;

    internal StreamHandle Handle { get; }

    /// <summary>Sends all bytes (<c>virStreamSend</c>, since 0.7.2).</summary>
    /// <param name="data">The bytes; they must stay as they are until the call has ended.</param>
    /// <param name="cancellationToken">Stops waiting; any part may be sent.</param>
    /// <returns>A task that ends when all bytes are handed to the connection.</returns>
    public Task SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) => RunAsync(
        () =>
        {
            ReadOnlySpan<byte> rest = data.Span;
            while (!rest.IsEmpty)
                rest = rest[LibvirtFunctions.virStreamSend(Handle, rest)..];
        },
        cancellationToken);

    /// <summary>Receives what is there (<c>virStreamRecv</c>, since 0.7.2).</summary>
    /// <param name="buffer">Where to put it; must stay until the call has ended.</param>
    /// <param name="cancellationToken">Stops waiting; bytes may be received and lost.</param>
    /// <returns>The number of bytes, at least 1, or 0 at the end.</returns>
    public Task<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStreamRecv(Handle, buffer.Span), cancellationToken);

    /// <summary>Ends the stream well (<c>virStreamFinish</c>, since 0.7.2).</summary>
    /// <param name="cancellationToken">Stops waiting; the stream may end all the same.</param>
    /// <returns>A task that ends when the other side has confirmed.</returns>
    /// <exception cref="LibvirtException">Something was lost on the way; the result is no good.</exception>
    public Task FinishAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStreamFinish(Handle), cancellationToken);

    /// <summary>Ends the stream without a result (<c>virStreamAbort</c>, since 0.7.2).</summary>
    /// <param name="cancellationToken">Stops waiting; the stream may end all the same.</param>
    /// <returns>A task that ends when the other side has been told.</returns>
    public Task AbortAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virStreamAbort(Handle), cancellationToken);
}

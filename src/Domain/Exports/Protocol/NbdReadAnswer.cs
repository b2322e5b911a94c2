using System.Buffers;

namespace LibvirtBackup.Exports.Protocol;

/// <summary>Answers reads, piece by piece.</summary>
internal sealed class NbdReadAnswer(IExport export, NbdReplyWriter replies)
{
    /// <summary>What is read and sent at a time.</summary>
    internal const int PieceBytes = 256 * Units.KiB;

    internal static bool IsTooLong(NbdRequest request) =>
        request.Length > NegotiatedExport.MostPayloadBytes
        || (request.Length > PieceBytes && request.Flags.HasFlag(NbdCommandFlags.DoNotFragment));

    internal async Task SendAsync(NbdRequest request, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(
            NbdReplyWriter.MostHeaderBytes + (int)Math.Min(PieceBytes, request.Length));
        try
        {
            await (replies.HasParts
                ? SendPartsAsync(request, buffer, cancellationToken)
                : SendWholeAsync(request, buffer, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task SendPartsAsync(NbdRequest request, byte[] buffer, CancellationToken cancellationToken)
    {
        for (ulong done = 0; done < request.Length;)
        {
            var offset = request.Offset + done;
            var piece = PieceOf(request, done, buffer);
            if (await TryReadAsync(offset, piece, cancellationToken).ConfigureAwait(false) is { } why)
            {
                await replies.SendErrorAsync(request, NbdError.InputOutput, why, cancellationToken)
                    .ConfigureAwait(false);
                return;
            }

            done += (ulong)piece.Length;
            var isLast = done == request.Length;
            await (piece.Span.ContainsAnyExcept((byte)0)
                ? replies.SendDataAsync(
                    request, offset, buffer.AsMemory(0, NbdReplyWriter.MostHeaderBytes + piece.Length), isLast,
                    cancellationToken)
                : replies.SendZeroesAsync(request, offset, piece.Length, isLast, cancellationToken))
                .ConfigureAwait(false);
        }
    }

    /// <summary>
    /// What cannot be read at first is an error; later it is too late to say so, and the connection ends.
    /// </summary>
    private async Task SendWholeAsync(NbdRequest request, byte[] buffer, CancellationToken cancellationToken)
    {
        var piece = PieceOf(request, 0, buffer);
        if (await TryReadAsync(request.Offset, piece, cancellationToken).ConfigureAwait(false) is { } why)
        {
            await replies.SendErrorAsync(request, NbdError.InputOutput, why, cancellationToken).ConfigureAwait(false);
            return;
        }

        await replies.SendSimpleAsync(
            request,
            async stream =>
            {
                for (ulong done = 0; ;)
                {
                    await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
                    done += (ulong)piece.Length;
                    if (done == request.Length) return;
                    piece = PieceOf(request, done, buffer);
                    await export.ReadAsync((long)(request.Offset + done), piece, cancellationToken)
                        .ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What comes next, behind the place for a header.</summary>
    private static Memory<byte> PieceOf(NbdRequest request, ulong done, byte[] buffer) =>
        buffer.AsMemory(NbdReplyWriter.MostHeaderBytes, (int)Math.Min(PieceBytes, request.Length - done));

    /// <returns>Why it cannot be read, or null.</returns>
    private async ValueTask<string?> TryReadAsync(
        ulong offset, Memory<byte> piece, CancellationToken cancellationToken)
    {
        try
        {
            await export.ReadAsync((long)offset, piece, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (BackupException e)
        {
            return e.Message;
        }
    }
}

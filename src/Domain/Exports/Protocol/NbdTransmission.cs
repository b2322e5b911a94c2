using System.Runtime.ExceptionServices;
using LibvirtBackup.Extents;

namespace LibvirtBackup.Exports.Protocol;

/// <summary>
/// Answers requests, several at a time, until the client goes. However long a request is, it takes no more memory than
/// one piece.
/// </summary>
internal sealed class NbdTransmission : IDisposable
{
    private const int MostRequests = 16;
    private const int MostExtents = 4096;

    private readonly NegotiatedExport _agreed;
    private readonly NbdRequestReader _requests;
    private readonly NbdReplyWriter _replies;
    private readonly NbdReadAnswer _reads;
    private readonly SemaphoreSlim _room = new(MostRequests);
    private Exception? _failure;

    internal NbdTransmission(Stream stream, NegotiatedExport agreed)
    {
        _agreed = agreed;
        _requests = new NbdRequestReader(stream, agreed.Dialect);
        _replies = new NbdReplyWriter(stream, agreed.Dialect);
        _reads = new NbdReadAnswer(agreed.Export, _replies);
    }

    /// <exception cref="NbdProtocolException">The client is out of step.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                await _room.WaitAsync(ending.Token).ConfigureAwait(false);
                if (await _requests.ReadAsync(ending.Token).ConfigureAwait(false) is not { } request) break;
                // What is in memory is answered without waiting: not on the thread that reads requests.
                _ = Task.Run(() => AnswerAndReleaseAsync(request, ending), CancellationToken.None);
            }

            _room.Release();
        }
        catch (Exception e)
        {
            _failure ??= e;
            await ending.CancelAsync().ConfigureAwait(false);
        }

        // Nothing may be written any more when this returns; a client that said goodbye still gets its answers.
        for (var i = 0; i < MostRequests - (_failure is null ? 0 : 1); i++)
            await _room.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        if (_failure is not null) ExceptionDispatchInfo.Throw(_failure);
    }

    public void Dispose()
    {
        _requests.Dispose();
        _replies.Dispose();
        _room.Dispose();
    }

    private async Task AnswerAndReleaseAsync(NbdRequest request, CancellationTokenSource ending)
    {
        try
        {
            await AnswerAsync(request, ending.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Half an answer may be on its way: there is no more to say on this connection.
            Interlocked.CompareExchange(ref _failure, e, null);
            await ending.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            _room.Release();
        }
    }

    private Task AnswerAsync(NbdRequest request, CancellationToken cancellationToken)
    {
        switch (request.Command)
        {
            case NbdCommand.Write or NbdCommand.Trim or NbdCommand.WriteZeroes or NbdCommand.Resize:
                return RefuseAsync(NbdError.NotPermitted, "this export is for reading");
            case var _ when request.Flags.HasFlag(NbdCommandFlags.PayloadLength):
                return RefuseAsync(NbdError.Invalid, "this command has no payload");
            case NbdCommand.Flush:
                return _replies.SendDoneAsync(request, cancellationToken);
            case NbdCommand.Read or NbdCommand.BlockStatus or NbdCommand.Cache when IsOutside(request):
                return RefuseAsync(NbdError.Invalid, "the range is empty or reaches beyond the end");
            case NbdCommand.Read when NbdReadAnswer.IsTooLong(request):
                return RefuseAsync(NbdError.Overflow, "more than can be answered at once");
            case NbdCommand.Read:
                return _reads.SendAsync(request, cancellationToken);
            case NbdCommand.Cache:
                return _replies.SendDoneAsync(request, cancellationToken);
            case NbdCommand.BlockStatus when _agreed.Maps.Count > 0:
                return DescribeAsync(request, cancellationToken);
            default:
                return RefuseAsync(NbdError.Invalid, "no such command, or no context was agreed on");
        }

        Task RefuseAsync(NbdError error, string why) =>
            _replies.SendErrorAsync(request, error, why, cancellationToken);
    }

    private bool IsOutside(NbdRequest request)
    {
        var size = (ulong)_agreed.Export.SizeBytes;
        return request.Length == 0 || request.Offset >= size || request.Length > size - request.Offset;
    }

    private async Task DescribeAsync(NbdRequest request, CancellationToken cancellationToken)
    {
        var range = new ByteRange((long)request.Offset, (long)request.Length);
        var most = request.Flags.HasFlag(NbdCommandFlags.RequestOne) ? 1 : MostExtents;
        try
        {
            for (var i = 0; i < _agreed.Maps.Count; i++)
            {
                var extents = await _agreed.Maps[i].ReadAsync(range, most, cancellationToken).ConfigureAwait(false);
                await _replies
                    .SendExtentsAsync(request, (uint)i + 1, extents, i == _agreed.Maps.Count - 1, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        catch (BackupException e)
        {
            await _replies.SendErrorAsync(request, NbdError.InputOutput, e.Message, cancellationToken)
                .ConfigureAwait(false);
        }
    }
}

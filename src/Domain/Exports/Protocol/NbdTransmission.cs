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
    private readonly NbdQuickAnswers _quick;
    private readonly NbdReadAhead _ahead;
    private readonly SemaphoreSlim _room = new(MostRequests);
    private Exception? _failure;

    internal NbdTransmission(Stream stream, NegotiatedExport agreed)
    {
        _agreed = agreed;
        _requests = new NbdRequestReader(stream, agreed.Dialect);
        _replies = new NbdReplyWriter(stream, agreed.Dialect);
        _reads = new NbdReadAnswer(agreed.Export, _replies);
        _quick = new NbdQuickAnswers(agreed.Export, _replies);
        _ahead = new NbdReadAhead(agreed.Export);
    }

    /// <exception cref="NbdProtocolException">The client is out of step.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (await NextAsync(ending.Token).ConfigureAwait(false) is { } request)
            {
                await _room.WaitAsync(ending.Token).ConfigureAwait(false);
                _ = Task.Run(() => AnswerAndReleaseAsync(request, ending), CancellationToken.None);
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
            await ending.CancelAsync().ConfigureAwait(false);
        }

        // Nothing may be written any more when this returns; a client that said goodbye still gets its answers.
        for (var i = 0; i < MostRequests; i++) await _room.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        if (_failure is not null) ExceptionDispatchInfo.Throw(_failure);
    }

    public void Dispose()
    {
        _replies.Dispose();
        _room.Dispose();
    }

    /// <returns>The next request that takes its time; null when the client says goodbye.</returns>
    private async ValueTask<NbdRequest?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_quick.IsFull || !_requests.HasNext) await _quick.SendAsync(cancellationToken).ConfigureAwait(false);
            var next = await _requests.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (next is not { } request || !IsPlainRead(request) || !TryAnswerQuickly(request))
            {
                await _quick.SendAsync(cancellationToken).ConfigureAwait(false);
                return next;
            }
        }
    }

    private bool IsPlainRead(NbdRequest request) =>
        request.Command == NbdCommand.Read
        && !request.Flags.HasFlag(NbdCommandFlags.PayloadLength)
        && !IsOutside(request)
        && !NbdReadAnswer.IsTooLong(request);

    private bool TryAnswerQuickly(NbdRequest request)
    {
        _ahead.Note(request, isAlone: !_requests.HasNext && _room.CurrentCount == MostRequests);
        return _quick.TryAdd(request);
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

namespace LibvirtBackup.Exports.Protocol;

/// <summary>
/// Answers small reads of what is in memory: at once, without another thread, and several with one message. Not
/// thread-safe.
/// </summary>
internal sealed class NbdQuickAnswers(IExport export, NbdReplyWriter replies)
{
    private const int MostBytes = 32 * Units.KiB;

    private readonly byte[] _answers = new byte[4 * (NbdReplyWriter.MostHeaderBytes + MostBytes)];
    private int _length;

    /// <summary>True when the next answer may not find room.</summary>
    internal bool IsFull => _answers.Length - _length < NbdReplyWriter.MostHeaderBytes + MostBytes;

    /// <summary>Answers a read whose range is within the export.</summary>
    internal bool TryAdd(NbdRequest request)
    {
        if (request.Length > MostBytes || IsFull) return false;
        var data = _length + replies.WriteDataHeader(_answers.AsSpan(_length), request);
        if (!export.TryRead((long)request.Offset, _answers.AsSpan(data, (int)request.Length))) return false;
        _length = data + (int)request.Length;
        return true;
    }

    internal ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (_length == 0) return ValueTask.CompletedTask;
        var length = _length;
        _length = 0;
        return new ValueTask(replies.SendAsync(_answers.AsMemory(0, length), cancellationToken));
    }
}

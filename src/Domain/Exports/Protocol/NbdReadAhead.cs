namespace LibvirtBackup.Exports.Protocol;

/// <summary>
/// Notices when a client goes through an export one request after the other, and has the next ones prepared. Who asks
/// for much at a time keeps all processors busy anyway. Not thread-safe.
/// </summary>
internal sealed class NbdReadAhead(IExport export)
{
    private const int WindowBytes = Units.MiB;

    private ulong _next;
    private ulong _expectedTo;

    /// <param name="request">What the client reads, within the export.</param>
    /// <param name="isAlone">Whether it waits for nothing else.</param>
    internal void Note(NbdRequest request, bool isAlone)
    {
        var isNext = request.Offset == _next;
        _next = request.Offset + request.Length;
        if (!isNext) _expectedTo = _next;
        if (!isNext || !isAlone || _expectedTo > _next + (WindowBytes / 2)) return;
        var start = Math.Max(_next, _expectedTo);
        _expectedTo = _next + WindowBytes;
        export.Expect((long)start, (int)(_expectedTo - start));
    }
}

namespace LibvirtBackup.Exports.Protocol;

/// <summary>
/// Notices when a client waits for one request at a time, and has the rest of it prepared, and where it goes through an
/// export from front to back also what follows. Who asks for much at a time keeps all processors busy anyway. Not
/// thread-safe.
/// </summary>
internal sealed class NbdReadAhead(IExport export)
{
    private const ulong WindowBytes = Units.MiB;

    private ulong _next;
    private ulong _expectedTo;

    /// <param name="request">What the client reads, within the export.</param>
    /// <param name="isAlone">Whether it waits for nothing else.</param>
    internal void Note(NbdRequest request, bool isAlone)
    {
        var isNext = request.Offset == _next;
        _next = request.Offset + request.Length;
        if (!isNext) _expectedTo = 0;
        if (!isAlone) return;
        // The first piece is read at once.
        var start = Math.Max(_expectedTo, request.Offset + Math.Min(request.Length, NbdReadAnswer.PieceBytes));
        var end = isNext ? _next + WindowBytes : _next;
        if (end < start + (WindowBytes / 2)) return;
        _expectedTo = end;
        export.Expect((long)start, (int)(end - start));
    }
}

namespace LibvirtBackup.Interop.Nbd;

/// <summary>The status of a range in every negotiated context, from one request: all of one moment.</summary>
public sealed class NbdBlockStatus
{
    private readonly IReadOnlyList<string> _contexts;
    private readonly NbdExtent[][] _extents;

    internal NbdBlockStatus(long offset, long length, IReadOnlyList<string> contexts, NbdExtent[][] extents)
    {
        Offset = offset;
        Length = length;
        _contexts = contexts;
        _extents = extents;
    }

    /// <summary>Where the range begins, in bytes.</summary>
    public long Offset { get; }

    /// <summary>
    /// How much of it the server described, in bytes: at least 1, at most what was asked for. The extents of every
    /// context have this length in sum. Ask again from here for the rest.
    /// </summary>
    public long Length { get; }

    /// <summary>
    /// The extents in one context, without gaps, from <see cref="Offset"/> on; neighbours differ in flags.
    /// </summary>
    /// <param name="context">A context of <see cref="NbdExportInfo.MetaContexts"/>.</param>
    /// <exception cref="ArgumentException">The context was not negotiated.</exception>
    public ReadOnlyMemory<NbdExtent> GetExtents(string context)
    {
        for (int i = 0; i < _contexts.Count; i++)
        {
            if (_contexts[i] == context)
                return _extents[i];
        }

        throw new ArgumentException(
            $"The context '{context}' was not negotiated with the NBD server.", nameof(context));
    }
}

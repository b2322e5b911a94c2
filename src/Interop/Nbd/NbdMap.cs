namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// What a whole export is in every negotiated context, read in one pass: each request tells of all contexts at once, so
/// that several dirty bitmaps of one frozen disk cost no more than one.
/// </summary>
public sealed class NbdMap
{
    private readonly IReadOnlyList<string> _contexts;
    private readonly List<NbdExtent>[] _extents;

    private NbdMap(IReadOnlyList<string> contexts) =>
        (_contexts, _extents) = (contexts, [.. contexts.Select(_ => new List<NbdExtent>())]);

    /// <summary>Reads the map.</summary>
    /// <param name="connection">
    /// The connection; it was asked for the contexts, such as <c>qemu:dirty-bitmap:a</c>.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">No context was negotiated.</exception>
    /// <exception cref="NbdException">The server failed, or the connection is lost.</exception>
    public static async Task<NbdMap> ReadAsync(NbdConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var map = new NbdMap(connection.Export.MetaContexts);
        for (long offset = 0; offset < connection.Export.SizeBytes;)
        {
            NbdBlockStatus status = await connection
                .GetBlockStatusAsync(offset, connection.Export.SizeBytes - offset, cancellationToken)
                .ConfigureAwait(false);
            for (int i = 0; i < map._contexts.Count; i++)
                Append(map._extents[i], status.GetExtents(map._contexts[i]).Span);
            offset += status.Length;
        }

        return map;
    }

    /// <summary>
    /// The extents in one context, without gaps, from the export's first byte to its last; neighbours differ in flags.
    /// </summary>
    /// <param name="context">A context of <see cref="NbdExportInfo.MetaContexts"/>.</param>
    /// <exception cref="ArgumentException">The context was not negotiated.</exception>
    public IReadOnlyList<NbdExtent> GetExtents(string context)
    {
        for (int i = 0; i < _contexts.Count; i++)
        {
            if (_contexts[i] == context)
                return _extents[i];
        }

        throw new ArgumentException(
            $"The context '{context}' was not negotiated with the NBD server.", nameof(context));
    }

    // An answer ends where the server likes, often in the middle of an extent.
    private static void Append(List<NbdExtent> all, ReadOnlySpan<NbdExtent> more)
    {
        foreach (NbdExtent extent in more)
        {
            if (all.Count > 0 && all[^1].Flags == extent.Flags)
                all[^1] = all[^1] with { Length = all[^1].Length + extent.Length };
            else
                all.Add(extent);
        }
    }
}

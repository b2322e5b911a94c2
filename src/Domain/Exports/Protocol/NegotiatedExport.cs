namespace LibvirtBackup.Exports.Protocol;

/// <summary>What client and server have agreed on.</summary>
/// <param name="Export">What is read.</param>
/// <param name="Dialect">How.</param>
/// <param name="Maps">What the client asks about ranges; the id of each is its place here, from 1.</param>
internal sealed record NegotiatedExport(IExport Export, NbdDialect Dialect, IReadOnlyList<IExportMap> Maps)
{
    /// <summary>The largest answer in one piece, and the largest payload that is read before it is refused.</summary>
    internal const int MostPayloadBytes = 32 * Units.MiB;

    /// <summary>What a client is told of an export.</summary>
    internal static NbdExportFlags FlagsFor(NbdDialect dialect) =>
        NbdExportFlags.HasFlags | NbdExportFlags.ReadOnly | NbdExportFlags.CanMultiConn | NbdExportFlags.SendCache
        | (dialect == NbdDialect.Simple ? NbdExportFlags.None : NbdExportFlags.SendDf);
}

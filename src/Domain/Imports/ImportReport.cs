namespace LibvirtBackup.Imports;

/// <summary>What an import made.</summary>
/// <param name="Points">The points, oldest first.</param>
/// <param name="Warnings">One line each.</param>
internal sealed record ImportReport(IReadOnlyList<ImportedPoint> Points, IReadOnlyList<string> Warnings);

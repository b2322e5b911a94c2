namespace LibvirtBackup.ImageSets;

/// <summary>What an export wrote.</summary>
/// <param name="Points">The points, oldest first.</param>
/// <param name="Warnings">One line each.</param>
internal sealed record ImageExportReport(IReadOnlyList<ExportedImagePoint> Points, IReadOnlyList<string> Warnings);

using System.Globalization;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Repositories.Differences;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>diff</c> for people. Columns have fixed widths, for lines are printed before all are known.</summary>
internal sealed class DiffText(CommandContext context) : IDiffOutput
{
    /// <inheritdoc/>
    public void Begin(PointComparison comparison)
    {
        context.PrintExtra(Line("Disk", "Offset", "Length", "Kind"));
        context.PrintExtra(new string('-', 60));
    }

    /// <inheritdoc/>
    public void BeginDisk(string disk)
    {
        // Each line names it.
    }

    /// <inheritdoc/>
    public void Write(string disk, DifferentExtent extent) => context.Print(Line(
        disk, extent.OffsetBytes.ToString(CultureInfo.InvariantCulture),
        extent.LengthBytes.ToString(CultureInfo.InvariantCulture),
        Choice.Word(extent.Kind) + (extent.ContentChanged ? "" : " (same content)")));

    /// <inheritdoc/>
    public void EndDisk(string disk, DiffTotals totals) => context.Note(
        $"{disk}: {SizeText.Format(totals.ChangedBytes)} changed in {totals.Extents} extents");

    /// <inheritdoc/>
    public void End()
    {
        // The last disk's total was the end.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The stream is the console's.
    }

    private static string Line(string disk, string offset, string length, string kind) =>
        $" {disk,-6}   {offset,-16}   {length,-16}   {kind}";
}

using System.Globalization;
using System.Net;
using System.Text;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Reports;

namespace LibvirtBackup.Cli.Reports;

/// <summary>
/// A domain's points from left to right as time goes: a bar for each, coloured by its level, as high as the cube root
/// of what it stored, so that an increment can be seen beside a full.
/// </summary>
/// <param name="points">The points, oldest first; at least one.</param>
/// <param name="zone">The zone of the times.</param>
internal sealed class HtmlTimeline(IReadOnlyList<PointReport> points, TimeZoneInfo zone)
{
    private const double Width = 1000;
    private const double Height = 80;
    private const double LeastBar = 6;
    private const double MostBarWidth = 12;

    internal void Render(StringBuilder html)
    {
        var (first, last) = (points[0].Time, points[^1].Time);
        var barWidth = Math.Clamp(Width / points.Count * 0.7, 1.5, MostBarWidth);
        var most = Math.Cbrt(Math.Max(1, points.Max(point => point.StoredBytes)));
        html.Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height + 2}\" preserveAspectRatio=\"none\" role=\"img\" "
            + $"aria-label=\"points over time\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<line x1=\"0\" x2=\"{Width}\" y1=\"{Height}\" y2=\"{Height}\"/>\n");
        foreach (var point in points)
        {
            var part = last == first ? 0.5 : (point.Time - first) / (last - first);
            var height = LeastBar + ((Height - LeastBar) * Math.Cbrt(point.StoredBytes) / most);
            var kind = point.IsDamaged ? "bad" : Choice.Word(point.Level);
            html.Append(CultureInfo.InvariantCulture,
                $"<rect class=\"{kind}\" x=\"{part * (Width - barWidth):0.0}\" y=\"{Height - height:0.0}\" ");
            html.Append(CultureInfo.InvariantCulture, $"width=\"{barWidth:0.0}\" height=\"{height:0.0}\"><title>");
            html.Append(WebUtility.HtmlEncode(
                $"{TimeText.Format(point.Time, zone)}, {Choice.Word(point.Level)}, "
                + $"{SizeText.Format(point.StoredBytes)} stored{(point.IsDamaged ? ", damaged" : "")}"));
            html.Append("</title></rect>\n");
        }

        html.Append("</svg>\n");
        html.Append("<p class=\"axis quiet\"><span>").Append(TimeText.Format(first, zone)).Append("</span><span>");
        foreach (var level in points.Select(point => Choice.Word(point.Level)).Distinct())
            html.Append($"<span class=\"key {level}\"></span>{level} ");
        if (points.Any(point => point.IsDamaged)) html.Append("<span class=\"key bad\"></span>damaged ");
        html.Append("</span><span>").Append(TimeText.Format(last, zone)).Append("</span></p>\n");
    }
}

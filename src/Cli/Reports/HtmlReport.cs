using System.Globalization;
using System.Net;
using System.Text;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Reports;

namespace LibvirtBackup.Cli.Reports;

/// <summary>
/// A report as one file for a browser: no script, nothing loaded, all names escaped. Worst domains first.
/// </summary>
internal sealed class HtmlReport(RepositoryReport report, TimeZoneInfo zone)
{
    /// <summary>Points that are shown at once; as many times <see cref="OlderPages"/> are unfolded.</summary>
    private const int Rows = 15;

    /// <summary>The timeline has all points; the table must not grow without end.</summary>
    private const int OlderPages = 20;

    private readonly StringBuilder _html = new();

    private IEnumerable<DomainReport> Domains => report.Domains.OrderByDescending(domain => domain.Health);

    internal string Render()
    {
        Line("<!DOCTYPE html>");
        Line("<html lang=\"en\"><head><meta charset=\"utf-8\">");
        Line("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        Line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        Line($"<title>Backups: {Text(report.Location)}</title>");
        Line($"<style>{HtmlStyle.Sheet}</style></head><body><main>");
        Line($"<h1>Backups in {Text(report.Location)}</h1>");
        Line($"<p class=\"quiet\">{Time(report.Time)} · repository {Text(report.RepositoryId)} · "
            + $"{(report.IsEncrypted ? "encrypted" : "not encrypted")}</p>");
        RenderCards();
        foreach (var line in report.Unreadable) Line($"<p class=\"note bad\">{Text(line)}</p>");
        RenderOverview();
        foreach (var domain in Domains) RenderDomain(domain);
        Line("</main></body></html>");
        return _html.ToString();
    }

    private void RenderCards()
    {
        var points = report.Domains.SelectMany(domain => domain.Points).ToList();
        var read = points.Sum(point => point.ReadBytes);
        Line("<section class=\"cards\">");
        Card("Domains", $"{report.Domains.Count}");
        Card("Restore points", $"{points.Count}");
        Card("Disks, newest points", Size(report.Domains.Sum(domain => domain.Newest.VirtualSizeBytes)));
        Card("Read from guests", Size(read));
        Card("Space taken", Size(report.PackBytes));
        Card("Compressed, shared", report.PackBytes == 0
            ? "–"
            : string.Create(CultureInfo.InvariantCulture, $"{(double)read / report.PackBytes:0.0} : 1"));
        Line("</section>");
    }

    private void RenderOverview()
    {
        Line("<div class=\"wide\"><table><thead><tr><th>Domain</th><th>Health</th><th class=\"n\">Points</th>"
            + "<th>Newest</th><th class=\"n\">Disks</th><th class=\"n\">Stored</th></tr></thead><tbody>");
        foreach (var domain in Domains)
            Line($"<tr><td><a href=\"#{domain.Uuid}\">{Text(domain.Name)}</a></td><td>{Pill(domain.Health)}</td>"
                + Number("points", $"{domain.Points.Count}") + $"<td>{Time(domain.Newest.Time)}</td>"
                + Number("disks", Size(domain.Newest.VirtualSizeBytes))
                + Number("stored", Size(domain.Points.Sum(point => point.StoredBytes))) + "</tr>");
        Line("</tbody></table></div>");
        if (report.Domains.Count == 0) Line("<p>There are no restore points.</p>");
    }

    private void RenderDomain(DomainReport domain)
    {
        Line($"<section id=\"{domain.Uuid}\"><h2>{Text(domain.Name)} {Pill(domain.Health)}</h2>");
        Line($"<p class=\"quiet\">{domain.Uuid}</p>");
        foreach (var reason in domain.Reasons)
            Line($"<p class=\"note {Choice.Word(domain.Health)}\">{Text(reason)}</p>");
        new HtmlTimeline(domain.Points, zone).Render(_html);
        RenderPoints(domain.Points.Reverse().Take(Rows));
        var older = domain.Points.Reverse().Skip(Rows).Take(Rows * OlderPages).ToList();
        if (older.Count > 0)
        {
            Line($"<details><summary>{older.Count} older points</summary>");
            RenderPoints(older);
            Line("</details>");
        }

        if (domain.Points.Count - Rows > older.Count)
            Line($"<p class=\"quiet\">and {domain.Points.Count - Rows - older.Count} more: lvbackup list</p>");
        Line("</section>");
    }

    private void RenderPoints(IEnumerable<PointReport> points)
    {
        Line("<div class=\"wide\"><table><thead><tr><th>Point</th><th>Time</th><th>Track</th><th>Level</th>"
            + "<th class=\"n\">Read</th><th class=\"n\">Stored</th><th class=\"n\">Copy</th><th>Frozen</th></tr>"
            + "</thead><tbody>");
        foreach (var point in points) RenderPoint(point);
        Line("</tbody></table></div>");
    }

    private void RenderPoint(PointReport point)
    {
        var level = $"<span class=\"key {Choice.Word(point.Level)}\"></span>{Choice.Word(point.Level)}";
        var why = point.Reason is null ? "" : $" title=\"{Text(point.Reason)}\"";
        var copy = point.Copy is { } span
            ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s")
            : "–";
        Line($"<tr{(point.IsDamaged ? " class=\"damaged\"" : "")}><td><code>{Text(point.Id)}</code>"
            + $"{(point.IsDamaged ? " damaged" : "")}</td><td>{Time(point.Time)}</td><td>{Text(point.Track)}</td>"
            + $"<td{why}>{level}</td>{Number("read", Size(point.ReadBytes))}"
            + $"{Number("stored", Size(point.StoredBytes))}{Number("copy", copy)}"
            + $"<td data-label=\"frozen\">{(point.IsQuiesced ? "yes" : "no")}</td></tr>");
    }

    private void Card(string label, string value) =>
        Line($"<div><span class=\"quiet\">{label}</span><strong>{value}</strong></div>");

    private static string Pill(Health health) =>
        $"<span class=\"pill {Choice.Word(health)}\">{Choice.Word(health)}</span>";

    /// <summary>A cell to the right; where there is no room for a heading its label stands before it.</summary>
    private static string Number(string label, string text) => $"<td class=\"n\" data-label=\"{label}\">{text}</td>";

    private static string Size(long bytes) => SizeText.Format(bytes);

    private string Time(DateTimeOffset time) => TimeText.Format(time, zone);

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private void Line(string line) => _html.Append(line).Append('\n');
}

using System.Text.Json;
using LibvirtBackup.Backups;
using LibvirtBackup.Cli.Reports;
using LibvirtBackup.Cli.Tests.Support;
using LibvirtBackup.Reports;

namespace LibvirtBackup.Cli.Tests.Reports;

public sealed class ReportCommandTests : IDisposable
{
    private readonly SmallRepository _repository = new();
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"lvb-report-{Guid.NewGuid():n}.html");

    public void Dispose()
    {
        _repository.Dispose();
        File.Delete(_file);
    }

    [Fact]
    public async Task A_report_is_a_table_a_document_or_a_file()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        Golden.Equal("text/report.txt", (await _repository.RunAsync("report")).Out);
        var both = await _repository.RunAsync("report", "--html", _file, "--json");
        Assert.Equal((0, $"report written to '{_file}'\n"), (both.ExitCode, both.Error));
        using var document = JsonDocument.Parse(both.Out);
        Assert.Equal("lvbackup/report/1", document.RootElement.GetProperty("schema").GetString());
        Assert.Equal(
            document.RootElement.GetProperty("domains")[0].GetProperty("points").GetInt32(),
            (await File.ReadAllTextAsync(_file, TestContext.Current.CancellationToken)).Split("<rect ").Length - 1);
    }

    /// <summary>It is sent by mail and opened without a network; who opens it tells nobody.</summary>
    [Fact]
    public async Task The_file_is_whole_by_itself_and_asks_for_nothing()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        await _repository.RunAsync("report", "--html", _file);
        var html = await File.ReadAllTextAsync(_file, TestContext.Current.CancellationToken);
        Assert.Contains("content=\"default-src 'none'; style-src 'unsafe-inline'\"", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)<(script|link|img|iframe|object|embed|base|form|meta http-equiv=.refresh)", html);
        Assert.DoesNotMatch("(?i)(src|srcset|action|xlink:href)=|href=\"[^#]|url\\(|@import|//", html);
    }

    [Fact]
    public async Task An_empty_repository_has_a_report()
    {
        await _repository.InitAsync();
        Assert.Equal(0, (await _repository.RunAsync("report", "--html", _file)).ExitCode);
        Assert.Contains("There are no restore points.", await File.ReadAllTextAsync(
            _file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_manifest_makes_it_bad_and_hides_no_other()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        var manifest = Path.Combine(_repository.Path, "points", SmallRepository.Full + ".json");
        await File.AppendAllTextAsync(manifest, "x", TestContext.Current.CancellationToken);
        var result = await _repository.RunAsync("report", "--json");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains(SmallRepository.Full, result.Error, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(result.Out);
        Assert.Equal("bad", document.RootElement.GetProperty("health").GetString());
        Assert.Equal(1, document.RootElement.GetProperty("domains")[0].GetProperty("points").GetInt32());
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_one_line()
    {
        await _repository.InitAsync();
        var result = await _repository.RunAsync("report", "--html", "/proc/no/report.html");
        Assert.Equal(1, result.ExitCode);
        Assert.Matches("^lvbackup: the report cannot be written to '/proc/no/report.html': [^\n]+\n$", result.Error);
    }

    /// <summary>A guest's owner chooses the domain's name; an administrator opens the report.</summary>
    [Fact]
    public void Names_are_text_and_never_markup()
    {
        const string hostile = "<script>alert(1)</script>\"'&";
        var point = new PointReport(
            hostile, hostile, BackupLevel.Full, hostile, DateTimeOffset.UnixEpoch, 1, 1, 1, null, false, true, []);
        var html = new HtmlReport(
            new RepositoryReport
            {
                Time = DateTimeOffset.UnixEpoch, RepositoryId = "1", Location = hostile, IsEncrypted = false,
                PackBytes = 1, Unreadable = [hostile],
                Domains =
                [
                    new DomainReport
                    {
                        Name = hostile, Uuid = Guid.Empty, Points = [point], Health = Health.Bad, Reasons = [hostile],
                    },
                ],
            },
            TimeZoneInfo.Utc).Render();
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\"'&", html, StringComparison.Ordinal);
        System.Xml.Linq.XElement.Parse(html[html.IndexOf("<main>", StringComparison.Ordinal)..].Replace(
            "</body></html>", "", StringComparison.Ordinal)); // all that is opened is closed
    }
}

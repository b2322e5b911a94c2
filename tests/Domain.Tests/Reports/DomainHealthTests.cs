using LibvirtBackup.Backups;
using LibvirtBackup.Reports;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Reports;

public sealed class DomainHealthTests
{
    private static readonly DateTimeOffset s_start = new(2026, 3, 1, 2, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_domain_that_is_backed_up_as_usual_is_good() =>
        Assert.Equal(Health.Good, Judge(Daily(10), s_start.AddDays(10)).Health);

    [Fact]
    public void A_track_without_a_point_for_twice_its_usual_interval_is_named()
    {
        IReadOnlyList<PointReport> points =
            [.. Daily(10), .. Enumerable.Range(0, 40).Select(i => Point(s_start.AddHours(6 * i), "often"))];
        Assert.Equal(Health.Good, Judge(points, s_start.AddDays(10)).Health);
        var (health, reasons) = Judge(points, s_start.AddDays(10.5));
        Assert.Equal(Health.Attention, health);
        Assert.Equal(
            "track 'often': no point for 18 hours; usually there is one every 6 hours", Assert.Single(reasons));
        Assert.Equal(2, Judge(points, s_start.AddDays(11.1)).Reasons.Count);
    }

    [Fact]
    public void Few_points_or_points_by_hand_promise_nothing()
    {
        Assert.Equal(Health.Good, Judge(Daily(3), s_start.AddDays(300)).Health);
        IReadOnlyList<PointReport> byHand = [.. Enumerable.Range(0, 9).Select(i => Point(s_start.AddMinutes(i)))];
        Assert.Equal(Health.Good, Judge(byHand, s_start.AddDays(300)).Health);
    }

    [Fact]
    public void Damage_of_the_newest_point_is_bad_and_of_an_older_one_wants_attention()
    {
        var points = Daily(5).ToList();
        points[2] = points[2] with { IsDamaged = true };
        var (health, reasons) = Judge(points, points[^1].Time);
        Assert.Equal((Health.Attention, "1 older point is damaged"), (health, Assert.Single(reasons)));
        points[^1] = points[^1] with { IsDamaged = true };
        Assert.Equal(Health.Bad, Judge(points, points[^1].Time).Health);
    }

    [Fact]
    public void Only_warnings_of_the_newest_point_count()
    {
        var points = Daily(5).ToList();
        points[1] = points[1] with { Warnings = ["old"] };
        Assert.Equal(Health.Good, Judge(points, points[^1].Time).Health);
        points[^1] = points[^1] with { Warnings = ["vdb was left out"] };
        Assert.Equal("the newest point: vdb was left out", Assert.Single(Judge(points, points[^1].Time).Reasons));
    }

    private static (Health Health, IReadOnlyList<string> Reasons) Judge(
        IEnumerable<PointReport> points, DateTimeOffset now) =>
        DomainHealth.Judge([.. points.OrderBy(point => point.Time)], now);

    private static IEnumerable<PointReport> Daily(int count) =>
        Enumerable.Range(0, count).Select(i => Point(s_start.AddDays(i)));

    private static PointReport Point(DateTimeOffset time, string track = "default") => new(
        $"{time:yyyyMMddTHHmmss}Z-000000", track, BackupLevel.Incremental, null, time, 1 << 30, 1 << 20, 1 << 19,
        TimeSpan.FromSeconds(1), IsQuiesced: false, IsDamaged: false, []);
}

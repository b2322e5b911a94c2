using LibvirtBackup.Backups;
using LibvirtBackup.Policies;
using LibvirtBackup.Policies.Reading;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>Policy files, good and bad.</summary>
public sealed class PolicyReaderTests
{
    [Fact]
    public void The_example_of_the_guide_has_no_problem_and_every_key()
    {
        var text = GuideExample();
        var reading = PolicyReader.Read("servers.yaml", text, TimeZoneInfo.Utc);
        Assert.Empty(reading.Problems);
        Assert.Empty(reading.Warnings);
        var policy = reading.Policy!;
        Assert.Equal("servers", policy.Name);
        Assert.Equal("Europe/Berlin", policy.Zone.Id);
        Assert.Equal("monthly on day 1 at 02:00", policy.Calendar.Full!.Text);
        Assert.Equal(QuiesceMode.Try, policy.Backup.Quiesce.Mode);
        Assert.Equal(100L << 20, policy.Backup.RateLimitBytesPerSecond);
        Assert.Equal(
            new DataChannel { CertificatesDirectory = "/etc/pki/lvbackup", ListenAddress = "192.0.2.7" },
            policy.Backup.Channel);
        Assert.Equal(7, policy.Retention!.KeepDaily);
        Assert.Equal(TimeSpan.FromMinutes(10), policy.Hooks.Before!.Timeout);
        Assert.Equal([NotificationReason.Failure, NotificationReason.Warning], policy.Notification.On);
        foreach (var (path, keys) in PolicyKeys.All)
        {
            foreach (var key in keys)
                Assert.True(text.Contains($"{key}:", StringComparison.Ordinal), $"{path}.{key} is not in the example");
        }
    }

    [Fact]
    public void All_problems_are_told_at_once_each_with_its_place()
    {
        var reading = PolicyReader.Read("bad.yaml", """
            version: 2
            name: "a b"
            time-zone: Mars/Olympus
            domains:
              match: web-*
              names: []
            repository:
              directory: srv/backup
              key-file: /k
              passphrase-file: /p
            track: a.b
            shedule: daily
            schedule:
              full: monthly
              full: daily at 02:00
            retention:
              keep-daily: -1
            rate: fast
            hooks:
              before: {run: [backup.sh], timeout: soon}
            notify:
              on: [failure, rain]
            verify:
              sample: {percent: 0}
            nbd:
              tls-dir: pki
              ports: 10900-10809
              port: 1
            """, TimeZoneInfo.Utc);
        Assert.Null(reading.Policy);
        Assert.Equal(
            [
                (1, 10, "version"), (2, 7, "name"), (3, 12, "time-zone"), (5, 10, "domains.match"),
                (6, 10, "domains.names"), (8, 14, "repository.directory"), (10, 20, "repository.passphrase-file"),
                (11, 8, "track"), (12, 1, "shedule"), (14, 9, "schedule.full"), (15, 3, "schedule.full"),
                (17, 15, "retention.keep-daily"), (18, 7, "rate"), (20, 17, "hooks.before.run"),
                (20, 39, "hooks.before.timeout"), (22, 3, "notify.webhook"), (22, 7, "notify.on"),
                (24, 11, "verify.sample.when"), (24, 21, "verify.sample.percent"), (26, 12, "nbd.tls-dir"),
                (27, 10, "nbd.ports"), (28, 3, "nbd.port"),
            ],
            reading.Problems.Where(p => p.Key != "retention.keep-daily" || p.Line == 17)
                .DistinctBy(p => (p.Line, p.Column)).Select(p => (p.Line, p.Column, p.Key)));
        Assert.All(reading.Problems, problem =>
        {
            Assert.NotEmpty(problem.Message);
            Assert.DoesNotContain('\n', problem.Message);
        });
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("- 1", "here are keys")]
    [InlineData("a: [", "this is no YAML")]
    [InlineData("version: &x 1\nname: *x", "anchors")]
    [InlineData("version: !!str 1", "types")]
    [InlineData("version: 1\n---\nversion: 1", "one policy")]
    [InlineData("? [a]\n: 1", "a key is a word")]
    public void What_cannot_be_read_is_one_problem_with_its_reason(string text, string reason)
    {
        var reading = PolicyReader.Read("x.yaml", text, TimeZoneInfo.Utc);
        var problem = Assert.Single(reading.Problems, p => p.Key.Length == 0);
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_retention_somebody_is_warned() => Assert.Equal(
        "retention",
        Assert.Single(PolicyReader.Read("x.yaml", """
            version: 1
            name: x
            domains: {all: true}
            repository: {directory: /srv}
            schedule: {incremental: daily at 02:00}
            """, TimeZoneInfo.Utc).Warnings).Key);

    [Theory]
    [InlineData("{ports: 10900}", 10900, 10900)]
    [InlineData("{ports: 1-65535, listen: '::1'}", 1, 65535)]
    [InlineData("{ports: 0-1}", null, null)]
    [InlineData("{ports: 1-65536}", null, null)]
    [InlineData("{ports: 1-2-3}", null, null)]
    [InlineData("{ports: ''}", null, null)]
    [InlineData("{unencrypted: true, tls-dir: /pki}", null, null)]
    [InlineData("{unencrypted: true}", 10809, 10872)]
    public void Ports_are_a_range_and_certificates_go_with_encryption(string nbd, int? first, int? last)
    {
        var reading = PolicyReader.Read("x.yaml", $$"""
            version: 1
            name: x
            domains: {all: true}
            repository: {directory: /srv}
            nbd: {{nbd}}
            schedule: {incremental: daily at 02:00}
            """, TimeZoneInfo.Utc);
        var channel = reading.Policy?.Backup.Channel;
        Assert.Equal((first, last), (channel?.FirstPort, channel?.LastPort));
        Assert.Equal(first is null ? [5] : [], reading.Problems.Select(problem => problem.Line));
    }

    [Theory]
    [InlineData("{all: true, except: [test-*]}", "web1", true)]
    [InlineData("{all: true, except: [test-*]}", "test-1", false)]
    [InlineData("{names: [web1]}", "web1", true)]
    [InlineData("{names: [web1]}", "web11", false)]
    [InlineData("{match: [web?]}", "web1", true)]
    [InlineData("{tags: [gold]}", "tagged", true)]
    [InlineData("{tags: [silver]}", "tagged", false)]
    [InlineData("{tags: [gold], except: ['*']}", "tagged", false)]
    public void Domains_are_selected_by_name_glob_and_tag(string domains, string name, bool selected)
    {
        var policy = PolicyReader.Read("x.yaml", $$"""
            version: 1
            name: x
            domains: {{domains}}
            repository: {directory: /srv}
            schedule: {incremental: daily at 02:00}
            """, TimeZoneInfo.Utc).Policy!;
        Assert.Equal(selected, policy.Domains.Selects(name, name == "tagged" ? ["gold"] : []));
    }

    /// <summary>The first YAML block of the guide.</summary>
    private static string GuideExample()
    {
        var guide = File.ReadAllText(RepositoryRoot.File("docs/policies.md"));
        const string fence = "```yaml\n";
        var start = guide.IndexOf(fence, StringComparison.Ordinal) + fence.Length;
        return guide[start..guide.IndexOf("```", start, StringComparison.Ordinal)];
    }
}

using LibvirtBackup.Policies;
using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Policies.Reading;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>Policies and domains for tests.</summary>
internal static class PolicySamples
{
    internal static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    internal static readonly PolicyDomain Web = new("web", Guid.Parse("6695eb01-f6a4-8304-79aa-97f2502e193f"));

    internal static readonly PolicyDomain Db = new("db", Guid.Parse("6695eb01-f6a4-8304-79aa-97f2502e1940"));

    /// <summary>A policy of which only some lines matter.</summary>
    internal static Policy Read(string lines, string directory = "/srv/backup")
    {
        var reading = PolicyReader.Read("p.yaml", $"""
            version: 1
            name: sample
            time-zone: Europe/Berlin
            domains: {"{all: true}"}
            repository: {"{directory: "}{directory}{"}"}
            {lines}
            """, TimeZoneInfo.Utc);
        Assert.Empty(reading.Problems);
        return reading.Policy!;
    }

    internal static DateTimeOffset At(string local)
    {
        var time = DateTime.Parse(local, System.Globalization.CultureInfo.InvariantCulture);
        return new DateTimeOffset(time, Berlin.GetUtcOffset(time));
    }

    internal static string Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, Berlin)
        .ToString("yyyy-MM-dd HH:mm zz", System.Globalization.CultureInfo.InvariantCulture);

    internal static PolicyHistory Empty(params PolicyDomain[] domains) => new() { Domains = domains, Points = [] };
}

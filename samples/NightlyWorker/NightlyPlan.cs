using System.Globalization;

namespace NightlyWorker;

/// <summary>What appsettings.json says.</summary>
/// <param name="Hosts">libvirts, as of a machine and of a container on it: this machine sees disks and sockets of all.
/// </param>
/// <param name="Repository">Where points go.</param>
/// <param name="KeyFile">What opens it; empty for one that is not encrypted.</param>
/// <param name="Hour">When, in local time.</param>
/// <param name="AtStart">True to begin with a night's work at once.</param>
internal sealed record NightlyPlan(
    IReadOnlyList<string> Hosts, string Repository, string? KeyFile, TimeSpan Hour, bool AtStart)
{
    public static NightlyPlan Read(IConfiguration section) => new(
        [.. section.GetSection("Hosts").GetChildren().Select(host => host.Value).OfType<string>()],
        section["Repository"] ?? throw new InvalidOperationException("Nightly:Repository is missing"),
        section["KeyFile"] is { Length: > 0 } file ? file : null,
        TimeSpan.FromHours(int.Parse(section["Hour"] ?? "2", CultureInfo.InvariantCulture)),
        bool.Parse(section["AtStart"] ?? "false"));
}

using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Repositories;

/// <summary>Points of one domain, named as users name it.</summary>
internal static class DomainFilter
{
    /// <summary>True when the point's domain had this name, or has this UUID.</summary>
    internal static bool Fits(PointSummary point, string domain) =>
        point.Domain == domain || (Guid.TryParse(domain, out var uuid) && point.DomainUuid == uuid);
}

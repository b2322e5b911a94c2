using System.Text.Json.Serialization;
using LibvirtBackup.Retention;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>prune --json</c>.</summary>
internal sealed record PruneDocument(
    bool DryRun, IReadOnlyList<PruneDocument.Decided> Keep, IReadOnlyList<PruneDocument.Decided> Remove)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/prune/1";

    /// <summary>The document of all decisions.</summary>
    internal static PruneDocument Of(IReadOnlyList<RetentionDecision> decisions, bool isDryRun) => new(
        isDryRun,
        [.. decisions.Where(d => d.Keep).Select(Decided.Of)],
        [.. decisions.Where(d => !d.Keep).Select(Decided.Of)]);

    /// <summary>A point and why it stays or goes; the time is UTC.</summary>
    internal sealed record Decided(
        string Point, string Domain, string Track, DateTime Time, IReadOnlyList<string> Reasons)
    {
        internal static Decided Of(RetentionDecision decision) => new(
            decision.Point.Id, decision.Point.Domain, decision.Point.Track, decision.Point.Time.UtcDateTime,
            decision.Reasons);
    }
}

using LibvirtBackup.Repositories;

namespace LibvirtBackup.Retention;

/// <summary>What the rules say of one point.</summary>
/// <param name="Point">The point.</param>
/// <param name="Keep">True when it stays.</param>
/// <param name="Reasons">
/// All reasons why it stays (<c>last 1 of 3</c>, <c>daily 2026-11-20</c>), or, per rule, why it does not; never empty.
/// </param>
public sealed record RetentionDecision(PointSummary Point, bool Keep, IReadOnlyList<string> Reasons);

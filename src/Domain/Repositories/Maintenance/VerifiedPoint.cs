namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>What verify says of a point.</summary>
/// <param name="Id">The point.</param>
/// <param name="Problems">What is wrong with it, disk by disk; empty when it restores.</param>
public sealed record VerifiedPoint(string Id, IReadOnlyList<VerifyProblem> Problems)
{
    /// <summary>True when nothing is wrong with it, as far as was looked.</summary>
    public bool IsGood => Problems.Count == 0;
}

using FsCheck;
using FsCheck.Fluent;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>A random history.</summary>
internal sealed record History(IReadOnlyList<HistoryStep> Steps)
{
    internal static Arbitrary<History> Arbitrary { get; } =
        Arb.From(HistoryStep.Generator.ArrayOf().Select(steps => new History(steps)), Shrink);

    public override string ToString() => string.Concat(Steps.Select(step => $"{Environment.NewLine}  {step}"));

    /// <summary>Without halves, quarters and single steps; then with simpler ones.</summary>
    private static IEnumerable<History> Shrink(History history)
    {
        var steps = history.Steps;
        for (var length = steps.Count / 2; length > 0; length /= 2)
            for (var at = 0; at + length <= steps.Count; at += length)
                yield return new History([.. steps.Take(at), .. steps.Skip(at + length)]);
        for (var i = 0; i < steps.Count; i++)
            foreach (var simpler in steps[i].Shrink())
                yield return new History([.. steps.Take(i), simpler, .. steps.Skip(i + 1)]);
    }
}

using FsCheck;
using FsCheck.Fluent;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>A random history.</summary>
internal sealed record History(IReadOnlyList<HistoryStep> Steps)
{
    private const int ShortestHistory = 4;

    private const int LongestHistory = 32;

    private const int AllKinds = (1 << 17) - 1;

    /// <summary>A quarter of the kinds each; in half of them nothing befalls a run, and half have one track.</summary>
    internal static Arbitrary<History> Arbitrary { get; } = Arb.From(
        from some in Gen.Choose(0, AllKinds)
        from others in Gen.Choose(0, AllKinds)
        from isCalm in Gen.Elements(true, false)
        from isSimple in Gen.Elements(true, false)
        from length in Gen.Choose(ShortestHistory, LongestHistory)
        from steps in HistoryStep.Of(some & others).ArrayOf(length)
        select new History([.. steps.Select(step => step.With(isCalm, isSimple))]),
        Shrink);

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

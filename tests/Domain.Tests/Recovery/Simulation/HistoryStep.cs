using FsCheck;
using FsCheck.Fluent;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>One step of a history. What the numbers mean depends on the kind, and on what there is by then.</summary>
internal readonly record struct HistoryStep(HistoryStepKind Kind, int A, int B, int C, int D)
{
    private const int Most = 1000;

    private static readonly IReadOnlyList<(int Weight, HistoryStepKind Kind)> s_kinds =
    [
        (24, HistoryStepKind.Write),
        (36, HistoryStepKind.BackUp),
        (9, HistoryStepKind.Start),
        (4, HistoryStepKind.ShutDown),
        (5, HistoryStepKind.KillQemu),
        (5, HistoryStepKind.Examine),
        (8, HistoryStepKind.LoseMetadata),
        (6, HistoryStepKind.Migrate),
        (6, HistoryStepKind.DeleteCheckpoint),
        (16, HistoryStepKind.Tamper),
        (6, HistoryStepKind.Foreign),
        (8, HistoryStepKind.Restore),
        (8, HistoryStepKind.RollBack),
        (5, HistoryStepKind.LoseJournal),
        (5, HistoryStepKind.ChangeIdentity),
        (5, HistoryStepKind.LosePoint),
        (7, HistoryStepKind.MoveImages),
    ];

    /// <summary>What every history has: the first of the kinds.</summary>
    private const int AlwaysThere = 5;

    /// <summary>
    /// Steps of some of the kinds: with all of them in each history, few would ever get far with any.
    /// </summary>
    /// <param name="kinds">A bit for each kind.</param>
    internal static Gen<HistoryStep> Of(int kinds) =>
        from kind in Gen.Frequency(s_kinds.Where((_, i) => i < AlwaysThere || (kinds >> i & 1) == 1)
            .Select(one => (one.Weight, Gen.Constant(one.Kind))))
        from a in Gen.Choose(0, Most)
        from b in Gen.Choose(0, Most)
        from c in Gen.Choose(0, Most)
        from d in Gen.Choose(0, Most)
        select new HistoryStep(kind, a, b, c, d);

    /// <summary>Runs without interruptions, or to one track only.</summary>
    internal HistoryStep With(bool isCalm, bool isSimple) => this with
    {
        A = isSimple && Kind == HistoryStepKind.BackUp ? A / HistoryPlayer.Targets * HistoryPlayer.Targets : A,
        C = isCalm && Kind is (HistoryStepKind.BackUp or HistoryStepKind.Examine) ? 0 : C,
    };

    /// <summary>Simpler steps of the same kind.</summary>
    internal IEnumerable<HistoryStep> Shrink()
    {
        if (A > 0) yield return this with { A = 0 };
        if (B > 0) yield return this with { B = 0 };
        if (C > 0) yield return this with { C = 0 };
        if (D > 0) yield return this with { D = 0 };
        if (A > 1) yield return this with { A = A / 2 };
        if (D > 1) yield return this with { D = D - 1 };
    }
}

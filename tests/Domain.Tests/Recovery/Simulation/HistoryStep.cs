using FsCheck;
using FsCheck.Fluent;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>One step of a history. What the numbers mean depends on the kind, and on what there is by then.</summary>
internal readonly record struct HistoryStep(HistoryStepKind Kind, int A, int B, int C, int D)
{
    private const int Most = 1000;

    private static readonly Gen<HistoryStepKind> s_kind = Gen.Frequency(
        (24, Gen.Constant(HistoryStepKind.Write)),
        (36, Gen.Constant(HistoryStepKind.BackUp)),
        (3, Gen.Constant(HistoryStepKind.Examine)),
        (8, Gen.Constant(HistoryStepKind.Start)),
        (3, Gen.Constant(HistoryStepKind.ShutDown)),
        (4, Gen.Constant(HistoryStepKind.KillQemu)),
        (4, Gen.Constant(HistoryStepKind.LoseMetadata)),
        (2, Gen.Constant(HistoryStepKind.Migrate)),
        (3, Gen.Constant(HistoryStepKind.DeleteCheckpoint)),
        (6, Gen.Constant(HistoryStepKind.Tamper)),
        (3, Gen.Constant(HistoryStepKind.Foreign)),
        (3, Gen.Constant(HistoryStepKind.Restore)),
        (3, Gen.Constant(HistoryStepKind.RollBack)),
        (2, Gen.Constant(HistoryStepKind.LoseJournal)),
        (2, Gen.Constant(HistoryStepKind.ChangeIdentity)),
        (2, Gen.Constant(HistoryStepKind.LosePoint)),
        (3, Gen.Constant(HistoryStepKind.MoveImages)));

    internal static Gen<HistoryStep> Generator { get; } =
        from kind in s_kind
        from a in Gen.Choose(0, Most)
        from b in Gen.Choose(0, Most)
        from c in Gen.Choose(0, Most)
        from d in Gen.Choose(0, Most)
        select new HistoryStep(kind, a, b, c, d);

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

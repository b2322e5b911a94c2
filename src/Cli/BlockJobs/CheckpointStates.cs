using LibvirtBackup.BlockJobs;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Output;

namespace LibvirtBackup.Cli.BlockJobs;

/// <summary>The checkpoints after images were changed, for people.</summary>
internal static class CheckpointStates
{
    internal static void Print(CommandContext context, IReadOnlyList<CheckpointAfterJob> checkpoints)
    {
        if (checkpoints.Count == 0) return;
        TextTable.Write(
            context.Console,
            ["Checkpoint", "Disk", "State", "Changed before", "Changed now"],
            [.. checkpoints.Select(checkpoint => (IReadOnlyList<string>)
            [
                checkpoint.Name, checkpoint.Disk, Word(checkpoint), Bytes(checkpoint.BytesBefore),
                Bytes(checkpoint.BytesAfter),
            ])],
            heading: true);
    }

    /// <summary>One word for a script.</summary>
    internal static string Word(CheckpointAfterJob checkpoint) =>
        checkpoint.IsKept ? "kept" : checkpoint.BytesBefore is null ? "was-broken" : "lost";

    private static string Bytes(long? bytes) => bytes?.ToString() ?? "-";
}

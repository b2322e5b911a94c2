using LibvirtBackup.BlockJobs;

namespace LibvirtBackup.Cli.BlockJobs;

/// <summary>A checkpoint after images of its disk were changed.</summary>
internal sealed record CheckpointStateDocument(
    string Checkpoint, string Disk, string State, long? DirtyBytesBefore, long? DirtyBytes)
{
    internal static IReadOnlyList<CheckpointStateDocument> Of(IReadOnlyList<CheckpointAfterJob> checkpoints) =>
    [
        .. checkpoints.Select(one => new CheckpointStateDocument(
            one.Name, one.Disk, CheckpointStates.Word(one), one.BytesBefore, one.BytesAfter)),
    ];
}

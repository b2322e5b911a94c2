using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>The JSON shapes of QMP; names are in kebab case but where a property says otherwise.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AddBitmap))]
[JsonSerializable(typeof(RemoveBitmap))]
[JsonSerializable(typeof(ClearBitmap))]
[JsonSerializable(typeof(EnableBitmap))]
[JsonSerializable(typeof(DisableBitmap))]
[JsonSerializable(typeof(MergeBitmaps))]
[JsonSerializable(typeof(FleecingJob))]
[JsonSerializable(typeof(CopyJob))]
[JsonSerializable(typeof(JobId))]
[JsonSerializable(typeof(ExportRemoval))]
[JsonSerializable(typeof(ScratchNode))]
[JsonSerializable(typeof(SnapshotAccessNode))]
[JsonSerializable(typeof(WindowNode))]
[JsonSerializable(typeof(NullNode))]
[JsonSerializable(typeof(NodeRemoval))]
[JsonSerializable(typeof(IReadOnlyList<QemuJob>))]
[JsonSerializable(typeof(IReadOnlyList<BlockDevice>))]
[JsonSerializable(typeof(IReadOnlyList<BlockExport>))]
[JsonSerializable(typeof(IReadOnlyList<BlockNode>))]
[JsonSerializable(typeof(NbdBlockExport))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(VersionAnswer))]
internal sealed partial class QmpJsonContext : JsonSerializerContext;

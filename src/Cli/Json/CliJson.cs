using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LibvirtBackup.Cli.BackupJobs;
using LibvirtBackup.Cli.Backups;
using LibvirtBackup.Cli.Bitmaps;
using LibvirtBackup.Cli.BlockJobs;
using LibvirtBackup.Cli.Checkpoints;
using LibvirtBackup.Cli.Exports;
using LibvirtBackup.Cli.Failures;
using LibvirtBackup.Cli.ImageSets;
using LibvirtBackup.Cli.Imports;
using LibvirtBackup.Cli.InstantRecovery;
using LibvirtBackup.Cli.Keys;
using LibvirtBackup.Cli.Policies;
using LibvirtBackup.Cli.Pushes;
using LibvirtBackup.Cli.Recovery;
using LibvirtBackup.Cli.Reports;
using LibvirtBackup.Cli.Repositories;
using LibvirtBackup.Cli.Restores;
using LibvirtBackup.Cli.Snapshots;
using LibvirtBackup.Cli.Views;

namespace LibvirtBackup.Cli.Json;

/// <summary>
/// The documents of <c>--json</c>. Serializers are generated, so that no reflection costs start-up time.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    GenerationMode = JsonSourceGenerationMode.Default)]
[JsonSerializable(typeof(BackupDocument))]
[JsonSerializable(typeof(BackupJobDocument))]
[JsonSerializable(typeof(BootDocument))]
[JsonSerializable(typeof(BitmapListDocument))]
[JsonSerializable(typeof(BitmapMergeDocument))]
[JsonSerializable(typeof(BitmapRemoveDocument))]
[JsonSerializable(typeof(BlockJobDocument))]
[JsonSerializable(typeof(SnapshotDocument))]
[JsonSerializable(typeof(ExportDocument))]
[JsonSerializable(typeof(ExportListDocument))]
[JsonSerializable(typeof(ExportStartDocument))]
[JsonSerializable(typeof(ExportStopDocument))]
[JsonSerializable(typeof(ServeDocument))]
[JsonSerializable(typeof(CheckpointCreatedDocument))]
[JsonSerializable(typeof(CheckpointDeletedDocument))]
[JsonSerializable(typeof(CheckpointEditedDocument))]
[JsonSerializable(typeof(CheckpointInfoDocument))]
[JsonSerializable(typeof(CheckpointListDocument))]
[JsonSerializable(typeof(CheckpointParentDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(HostDocument))]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(ForgetDocument))]
[JsonSerializable(typeof(GcDocument))]
[JsonSerializable(typeof(ImportDocument))]
[JsonSerializable(typeof(InitDocument))]
[JsonSerializable(typeof(KeyDocument))]
[JsonSerializable(typeof(LsDocument))]
[JsonSerializable(typeof(CpDocument))]
[JsonSerializable(typeof(MountDocument))]
[JsonSerializable(typeof(PolicyCheckDocument))]
[JsonSerializable(typeof(PolicyPlanDocument))]
[JsonSerializable(typeof(PolicyRunDocument))]
[JsonSerializable(typeof(PolicyStatusDocument))]
[JsonSerializable(typeof(PruneDocument))]
[JsonSerializable(typeof(PushDocument))]
[JsonSerializable(typeof(RepairDocument))]
[JsonSerializable(typeof(ReportDocument))]
[JsonSerializable(typeof(RestoreDocument))]
[JsonSerializable(typeof(ShowDocument))]
[JsonSerializable(typeof(SnapshotCloseDocument))]
[JsonSerializable(typeof(SnapshotListDocument))]
[JsonSerializable(typeof(SnapshotViewDocument))]
[JsonSerializable(typeof(TestRestoreDocument))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(XmlDocument))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>The one instance; names and messages are written as they are, for the output is no HTML.</summary>
    internal static CliJson Documents { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    });
}

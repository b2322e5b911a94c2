using System.Text.Json.Serialization;

namespace LibvirtBackup.Backups.Jobs;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(JobIntent))]
internal sealed partial class JobJson : JsonSerializerContext;

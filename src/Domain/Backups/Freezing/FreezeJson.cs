using System.Text.Json.Serialization;

namespace LibvirtBackup.Backups.Freezing;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FreezeRecord))]
[JsonSerializable(typeof(ThawOrder))]
internal sealed partial class FreezeJson : JsonSerializerContext;

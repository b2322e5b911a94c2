using System.Text.Json.Serialization;

namespace LibvirtBackup.Exports.Hosting;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExportOrder))]
[JsonSerializable(typeof(ExportRecord))]
internal sealed partial class HostingJson : JsonSerializerContext;

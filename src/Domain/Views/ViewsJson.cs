using System.Text.Json.Serialization;

namespace LibvirtBackup.Views;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ViewRecord))]
internal sealed partial class ViewsJson : JsonSerializerContext;

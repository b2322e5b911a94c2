using System.Text.Json.Serialization;

namespace LibvirtBackup.Repositories.Points;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RestorePoint))]
internal sealed partial class PointJson : JsonSerializerContext;

using System.Text.Json.Serialization;

namespace LibvirtBackup.Imports.Virtnbdbackup;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StreamMetadata))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StreamJson : JsonSerializerContext;

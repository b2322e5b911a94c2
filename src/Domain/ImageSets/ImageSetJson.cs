using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LibvirtBackup.Backups;

namespace LibvirtBackup.ImageSets;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(ImageSetDocument))]
[JsonSerializable(typeof(ImagePoint))]
internal sealed partial class ImageSetJson : JsonSerializerContext
{
    /// <summary>The one instance; names are written as they are, for people read the files.</summary>
    internal static ImageSetJson Documents { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters =
        {
            new JsonStringEnumConverter<BackupLevel>(JsonNamingPolicy.CamelCase),
        },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    });
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LibvirtBackup.Cli.Failures;

namespace LibvirtBackup.Cli.Json;

/// <summary>
/// The documents of <c>--json</c>. Serializers are generated, so that no reflection costs start-up time.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    GenerationMode = JsonSourceGenerationMode.Default)]
[JsonSerializable(typeof(ErrorDocument))]
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

using System.Text.Json;
using System.Text.Json.Serialization;

namespace LibvirtBackup.Policies.Running;

/// <summary>Writes a value of a fixed set as its word in lower case, such as <c>not-supported</c>.</summary>
/// <typeparam name="T">The set.</typeparam>
internal sealed class WordConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower)
    where T : struct, Enum;

using System.Text.Json.Serialization;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Repositories.Documents;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RepositoryConfig))]
[JsonSerializable(typeof(KeySlotDocument))]
[JsonSerializable(typeof(LockDocument))]
[JsonSerializable(typeof(UseDocument))]
[JsonSerializable(typeof(CondemnedDocument))]
[JsonSerializable(typeof(CondemnedSessionsDocument))]
[JsonSerializable(typeof(DamagedDocument))]
[JsonSerializable(typeof(DistrustedDocument))]
internal sealed partial class RepositoryJson : JsonSerializerContext;

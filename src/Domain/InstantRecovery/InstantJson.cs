using System.Text.Json.Serialization;
using LibvirtBackup.InstantRecovery.Proofs;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.InstantRecovery;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(InstantDomain))]
[JsonSerializable(typeof(ProcessIdentity))]
[JsonSerializable(typeof(ProofReport))]
internal sealed partial class InstantJson : JsonSerializerContext;

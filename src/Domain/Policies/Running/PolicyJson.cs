using System.Text.Json.Serialization;
using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>What is kept in the state directory, and what hooks and webhooks get.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PolicyNotes))]
[JsonSerializable(typeof(PolicyRunReport))]
internal sealed partial class PolicyJson : JsonSerializerContext;

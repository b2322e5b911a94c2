namespace LibvirtBackup.Policies.Planning;

/// <summary>A domain that a policy selects.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uuid">Its UUID, by which its history is known; of one that is missing, made of its name.</param>
/// <param name="Refusal">Why it cannot be backed up by this policy, or null.</param>
public sealed record PolicyDomain(string Name, Guid Uuid, string? Refusal = null);

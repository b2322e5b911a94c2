using LibvirtBackup.Policies.Running;

namespace LibvirtBackup.Clients;

/// <summary>A task of a policy has ended.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Task">What came of it.</param>
public sealed record PolicyProgress(string Policy, TaskReport Task);

using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Cli.Policies;

/// <summary>How tasks are called.</summary>
internal static class PolicyWords
{
    /// <summary>The word for a kind of task.</summary>
    internal static string Of(PolicyTaskKind kind) => kind switch
    {
        PolicyTaskKind.Backup => "backup",
        PolicyTaskKind.Sample => "sample",
        PolicyTaskKind.Verify => "verify",
        PolicyTaskKind.TestRestore => "test-restore",
    };
}

namespace LibvirtBackup.Policies.Planning;

/// <summary>What a policy has done on its calendar.</summary>
public enum PolicyTaskKind
{
    /// <summary>A restore point of a domain.</summary>
    Backup,

    /// <summary>A sample of what the policy's points hold is read.</summary>
    Sample,

    /// <summary>All that they hold is read.</summary>
    Verify,

    /// <summary>A domain's newest point is booted.</summary>
    TestRestore,
}

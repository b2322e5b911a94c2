namespace LibvirtBackup.Hosts.Checks;

/// <summary>What of the host's file system is looked at.</summary>
internal sealed record HostPaths
{
    /// <summary>The state directory, which may not exist yet.</summary>
    internal required string State { get; init; }

    /// <summary>Where jobs are made: below the state directory, or where <c>--scratch</c> says.</summary>
    internal required string Scratch { get; init; }

    /// <summary>The repository; null when none is named.</summary>
    internal required string? Repository { get; init; }

    /// <summary>Where programs are looked for; separated by colons.</summary>
    internal required string ProgramPath { get; init; }

    /// <summary>Logs of the kernel or of auditd that are read where they exist.</summary>
    internal IReadOnlyList<string> Logs { get; init; } =
        ["/var/log/audit/audit.log", "/var/log/kern.log", "/var/log/syslog"];
}

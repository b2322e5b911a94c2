using LibvirtBackup.Backups;
using LibvirtBackup.Retention;

namespace LibvirtBackup.Policies;

/// <summary>What is backed up, when, and how long it is kept: a policy file that was read without a problem.</summary>
public sealed record Policy
{
    /// <summary>Names the policy in messages, and its notes in the state directory.</summary>
    public required string Name { get; init; }

    /// <summary>The libvirt URI, or null for the one of the command.</summary>
    public string? Connect { get; init; }

    /// <summary>The domains.</summary>
    public required DomainSelection Domains { get; init; }

    /// <summary>Where the points go.</summary>
    public required PolicyRepository Repository { get; init; }

    /// <summary>What each backup is like. Its domain and level are still to be filled in.</summary>
    public required BackupRequest Backup { get; init; }

    /// <summary>In whose local time the schedules and the retention count.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>When backups are due, and at which level.</summary>
    public required LevelCalendar Calendar { get; init; }

    /// <summary>How often a failed task is tried again.</summary>
    public PolicyRetry Retry { get; init; } = new();

    /// <summary>Which points stay, or null for all.</summary>
    public RetentionRules? Retention { get; init; }

    /// <summary>Whether the space of points that went is freed at once; default true.</summary>
    public bool FreeSpace { get; init; } = true;

    /// <summary>What runs at the same time.</summary>
    public PolicyLimits Limits { get; init; } = new();

    /// <summary>How what is stored is proved.</summary>
    public PolicyVerification Verification { get; init; } = new();

    /// <summary>Programs around a run.</summary>
    public PolicyHooks Hooks { get; init; } = new();

    /// <summary>Who is told.</summary>
    public PolicyNotification Notification { get; init; } = new();
}

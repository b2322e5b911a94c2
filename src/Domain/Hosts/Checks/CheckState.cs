namespace LibvirtBackup.Hosts.Checks;

/// <summary>How something on a host is.</summary>
internal enum CheckState
{
    /// <summary>As it has to be.</summary>
    Good,

    /// <summary>Backups work; something else will not, or not for long.</summary>
    Warning,

    /// <summary>Backups do not work.</summary>
    Problem,
}

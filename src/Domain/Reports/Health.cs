namespace LibvirtBackup.Reports;

/// <summary>How well a domain is backed up, the worst last.</summary>
internal enum Health
{
    /// <summary>Nothing to do.</summary>
    Good,

    /// <summary>The newest point restores, but something should be looked at.</summary>
    Attention,

    /// <summary>The newest point does not restore as a whole, as far as is known.</summary>
    Bad,
}

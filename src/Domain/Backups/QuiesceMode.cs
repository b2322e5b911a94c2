namespace LibvirtBackup.Backups;

/// <summary>Whether the guest agent freezes the guest's file systems for the instant of the backup.</summary>
public enum QuiesceMode
{
    /// <summary>The guest is not asked; the point is crash-consistent.</summary>
    None,

    /// <summary>The guest is asked; when it cannot, the backup goes on and warns.</summary>
    Try,

    /// <summary>No point is taken unless the guest froze its file systems.</summary>
    Require,
}

namespace LibvirtBackup.Backups;

/// <summary>Whether the guest agent freezes the guest's file systems for the instant of the backup.</summary>
/// <remarks>A domain that is shut off has nothing to freeze: every mode takes its point.</remarks>
public enum QuiesceMode
{
    /// <summary>The guest is not asked; the point is crash-consistent.</summary>
    None,

    /// <summary>The guest is asked; when it cannot, the backup goes on and warns.</summary>
    Try,

    /// <summary>No point of a running domain is taken unless its file systems were frozen at that instant.</summary>
    Require,
}

namespace LibvirtBackup.Policies;

/// <summary>How a run ended, and so what is worth telling.</summary>
public enum NotificationReason
{
    /// <summary>Something failed.</summary>
    Failure,

    /// <summary>Nothing failed, but there are warnings.</summary>
    Warning,

    /// <summary>All is well.</summary>
    Success,
}

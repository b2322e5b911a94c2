namespace LibvirtBackup.Policies.Planning;

/// <summary>How an attempt ended.</summary>
public enum TaskOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>A check was done, and what it checked is not good. It is not repeated before its next time.</summary>
    Bad,

    /// <summary>It could not be done.</summary>
    Failed,

    /// <summary>The user or the system ended it, or the process was killed.</summary>
    Interrupted,
}

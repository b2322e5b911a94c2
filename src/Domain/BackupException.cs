namespace LibvirtBackup;

/// <summary>
/// An expected failure: one line that says what failed, on what, why, and what to do next. Any other exception type
/// that leaves the library is a bug.
/// </summary>
public sealed class BackupException : Exception
{
    /// <summary>Creates a failure.</summary>
    /// <param name="kind">The class of failure.</param>
    /// <param name="message">One line: what, on what, why, what next.</param>
    /// <param name="innerException">The cause, when there is one.</param>
    public BackupException(FailureKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>The class of failure.</summary>
    public FailureKind Kind { get; }
}

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
        : base(message, innerException) => (Kind, Problem) = (kind, message);

    /// <summary>Creates a failure whose next step is told apart, for those who know a better one.</summary>
    internal BackupException(FailureKind kind, string problem, string nextStep, Exception? innerException)
        : base($"{problem}; {nextStep}", innerException) => (Kind, Problem) = (kind, problem);

    /// <summary>The class of failure.</summary>
    public FailureKind Kind { get; }

    /// <summary>The message; without what to do next where that was told apart.</summary>
    internal string Problem { get; }
}

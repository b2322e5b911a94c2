namespace LibvirtBackup.Restores;

/// <summary>A restore was cancelled while it wrote over what existed; the message names what is incomplete.</summary>
public sealed class RestoreInterruptedException : OperationCanceledException
{
    /// <summary>Says what is left.</summary>
    /// <param name="message">What is incomplete, and what to do.</param>
    /// <param name="innerException">The cancellation.</param>
    /// <param name="token">The token that was cancelled.</param>
    public RestoreInterruptedException(string message, Exception innerException, CancellationToken token)
        : base(message, innerException, token)
    {
    }
}

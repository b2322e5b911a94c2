namespace LibvirtBackup.Cli.Progress;

/// <summary>Shows nothing.</summary>
internal sealed class SilentTransferDisplay : ITransferDisplay
{
    /// <inheritdoc/>
    public void Report(string name, long doneBytes, long totalBytes)
    {
        // Nothing is the point.
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;
}

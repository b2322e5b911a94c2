namespace LibvirtBackup.Cli.Progress;

/// <summary>Passes steps on at once and in order, which <see cref="Progress{T}"/> does not.</summary>
internal sealed class ProgressRelay<T>(Action<T> report) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => report(value);
}

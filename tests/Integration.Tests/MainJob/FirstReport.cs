using LibvirtBackup.Backups;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>Tells when a copy has begun.</summary>
internal sealed class FirstReport : IProgress<BackupProgress>
{
    private readonly TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task Reported => _reported.Task;

    public void Report(BackupProgress value) => _reported.TrySetResult();
}

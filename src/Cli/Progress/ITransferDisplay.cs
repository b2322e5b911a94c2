namespace LibvirtBackup.Cli.Progress;

/// <summary>Shows how far the copying of disks is. Calls come from any thread, some ten a second per disk.</summary>
internal interface ITransferDisplay : IAsyncDisposable
{
    /// <summary>A disk is this far.</summary>
    /// <param name="name">The disk, as the user should see it.</param>
    /// <param name="doneBytes">Bytes dealt with; never goes back.</param>
    /// <param name="totalBytes">Bytes in all.</param>
    void Report(string name, long doneBytes, long totalBytes);
}

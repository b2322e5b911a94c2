namespace LibvirtBackup.State;

/// <summary>The steps of a durable write, each of which a crash may follow.</summary>
internal enum DurableStep
{
    TemporaryCreated,
    ContentWritten,
    ContentFlushed,
    Renamed,
    DirectoryFlushed,
}

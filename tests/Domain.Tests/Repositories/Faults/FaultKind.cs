namespace LibvirtBackup.Domain.Tests.Repositories.Faults;

/// <summary>How an operation goes wrong.</summary>
internal enum FaultKind
{
    /// <summary>EIO: nothing is done.</summary>
    InputOutputError,

    /// <summary>ENOSPC: nothing is done.</summary>
    NoSpace,

    /// <summary>
    /// A put leaves a part of the content under the final name and fails: worse than any store that keeps its contract,
    /// but what a file system may show after a power cut. Other operations fail with EIO.
    /// </summary>
    ShortWrite,

    /// <summary>The operation is done, but its answer is lost: EIO.</summary>
    LostAnswer,

    /// <summary>The user presses Ctrl-C: <see cref="FaultyBlobStore.Interruption"/> is cancelled.</summary>
    Interruption,

    /// <summary>The operation waits until <see cref="FaultyBlobStore.Release"/>.</summary>
    Delay,
}

using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups.Freezing;

/// <summary>
/// The file systems of one running guest, as its agent freezes and thaws them. Every call may fail with a
/// <see cref="LibvirtException"/>; none is cancelled half-way, since libvirt would go on with it.
/// </summary>
internal interface IGuestFileSystems
{
    /// <summary>Asks whether the guest can be frozen now; nothing is frozen by that.</summary>
    /// <returns>Why it cannot, or null.</returns>
    Task<string?> FindObstacleAsync();

    /// <summary>Freezes file systems.</summary>
    /// <param name="mountPoints">Which; empty means all.</param>
    /// <param name="timeout">
    /// When libvirt is to give up the answer and let other calls to the agent. The guest may freeze all the same.
    /// </param>
    /// <returns>How many were frozen.</returns>
    Task<int> FreezeAsync(IReadOnlyList<string> mountPoints, TimeSpan timeout);

    /// <summary>Thaws all file systems; harmless when none is frozen.</summary>
    /// <returns>How many were thawed, 0 when none was frozen.</returns>
    Task<int> ThawAsync();

    /// <summary>Lets a guest that was paused go on; harmless when it does.</summary>
    /// <returns>1, or 0 when it was not paused.</returns>
    Task<int> ResumeAsync();

    /// <summary>Whether the guest is there: it runs, or is paused.</summary>
    Task<bool> IsActiveAsync();

    /// <summary>Makes the next call use a new connection where this one is broken or does not answer.</summary>
    Task ReconnectAsync();
}

namespace LibvirtBackup.Interop.Libvirt;

// What the guest agent does. Without an agent these throw ArgumentUnsupported (not configured) or AgentUnresponsive.
public sealed partial class LibvirtDomain
{
    /// <summary>
    /// Flushes and freezes file systems in the guest (<c>virDomainFSFreeze</c>, since 1.2.5): writes wait until the
    /// thaw. libvirt has no time limit: whoever freezes must thaw, whatever happens.
    /// </summary>
    /// <param name="mountPoints">Which; empty or null means all.</param>
    /// <param name="cancellationToken">
    /// Stops waiting; the guest may freeze all the same, so thaw it in any case.
    /// </param>
    /// <returns>The number of file systems frozen.</returns>
    public Task<int> FreezeFileSystemsAsync(
        IReadOnlyList<string>? mountPoints = null, CancellationToken cancellationToken = default) =>
        RunAsync(
            () => LibvirtFunctions.virDomainFSFreeze(Handle, mountPoints?.ToArray() ?? []), cancellationToken);

    /// <summary>Lets frozen file systems go on (<c>virDomainFSThaw</c>, since 1.2.5). Harmless when none is frozen.
    /// </summary>
    /// <param name="mountPoints">
    /// Which; empty or null means all. The guest agent, as of QEMU 10, thaws all whatever is asked.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the guest may thaw all the same.</param>
    /// <returns>The number of file systems thawed.</returns>
    public Task<int> ThawFileSystemsAsync(
        IReadOnlyList<string>? mountPoints = null, CancellationToken cancellationToken = default) =>
        RunAsync(
            () => LibvirtFunctions.virDomainFSThaw(Handle, mountPoints?.ToArray() ?? []), cancellationToken);

    /// <summary>The file systems mounted in the guest (<c>virDomainGetFSInfo</c>, since 1.2.11).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The file systems in the agent's order.</returns>
    public Task<IReadOnlyList<GuestFileSystem>> GetFileSystemsAsync(CancellationToken cancellationToken = default) =>
        RunAsync<IReadOnlyList<GuestFileSystem>>(
            () =>
            [
                .. LibvirtFunctions.virDomainGetFSInfo(Handle).Select(GuestFileSystem.From),
            ],
            cancellationToken);

    /// <summary>Discards unused blocks in the guest (<c>virDomainFSTrim</c>, since 1.0.1).</summary>
    /// <param name="mountPoint">Which file system; null means all.</param>
    /// <param name="minimumBytes">The smallest free range that is discarded; 0 means all.</param>
    /// <param name="cancellationToken">Stops waiting; the guest may trim all the same.</param>
    /// <returns>A task that ends when the guest has trimmed.</returns>
    public Task TrimFileSystemsAsync(
        string? mountPoint = null, ulong minimumBytes = 0, CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainFSTrim(Handle, mountPoint, minimumBytes), cancellationToken);

    /// <summary>What the guest tells about itself (<c>virDomainGetGuestInfo</c>, since 5.7.0).</summary>
    /// <param name="types">What to ask for; none means all that the agent can tell.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Fields such as <c>os.pretty-name</c>, <c>hostname</c>, <c>fs.0.mountpoint</c>.</returns>
    public Task<TypedParameterList> GetGuestInfoAsync(
        VirDomainGuestInfoTypes types = VirDomainGuestInfoTypes.None,
        CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virDomainGetGuestInfo(Handle, types), cancellationToken);

    /// <summary>The time of the guest's clock (<c>virDomainGetTime</c>, since 1.2.5); cheap, so it shows whether the
    /// agent answers.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The time, UTC.</returns>
    public Task<DateTimeOffset> GetGuestTimeAsync(CancellationToken cancellationToken = default) => RunAsync(
        () =>
        {
            (long seconds, uint nanoseconds) = LibvirtFunctions.virDomainGetTime(Handle);
            return DateTimeOffset.FromUnixTimeSeconds(seconds)
                .AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
        },
        cancellationToken);

    /// <summary>
    /// Sets how long libvirt waits for the answer to each later call of the guest agent, for all its clients, until the
    /// machine stops (<c>virDomainAgentSetResponseTimeout</c>, since 5.10.0). libvirt cannot tell what is set.
    /// </summary>
    /// <param name="timeout">
    /// How long, in whole seconds, rounded up; null means for ever, which is libvirt's own default.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; it may be set all the same.</param>
    /// <returns>A task that ends when it is set.</returns>
    public Task SetAgentTimeoutAsync(TimeSpan? timeout, CancellationToken cancellationToken = default)
    {
        int seconds = timeout is { } limit
            ? (int)Math.Ceiling(limit.TotalSeconds)
            : (int)VirDomainAgentResponseTimeoutValues.Block;
        return RunAsync(
            () => LibvirtFunctions.virDomainAgentSetResponseTimeout(Handle, seconds), cancellationToken);
    }

    /// <summary>Begins to send what the first display shows into a stream (<c>virDomainScreenshot</c>, since 0.9.2).
    /// </summary>
    /// <param name="stream">A new stream of the same connection.</param>
    /// <param name="cancellationToken">Stops waiting; abort the stream.</param>
    /// <returns>The image's MIME type, as soon as the stream can be received from.</returns>
    public Task<string> ScreenshotAsync(LibvirtStream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return RunAsync(
            () => LibvirtFunctions.virDomainScreenshot(Handle, stream.Handle, screen: 0), cancellationToken);
    }
}

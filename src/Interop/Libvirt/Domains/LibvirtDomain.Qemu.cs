using LibvirtBackup.Interop.LibvirtQemu;

namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtDomain
{
    /// <summary>
    /// Sends a command to QEMU's monitor (<c>virDomainQemuMonitorCommand</c>, since 0.8.3). It marks the machine as
    /// tainted in libvirt.
    /// </summary>
    /// <param name="command">
    /// JSON without an <c>id</c>, which libvirt would refuse; or a line for people with
    /// <see cref="VirDomainQemuMonitorCommandFlags.Hmp"/>.
    /// </param>
    /// <param name="flags">Which monitor language.</param>
    /// <param name="cancellationToken">Stops waiting; QEMU may carry out the command all the same.</param>
    /// <returns>
    /// QEMU's answer. QEMU's own error is inside the JSON and is no exception here.
    /// </returns>
    public Task<string> QemuMonitorCommandAsync(
        string command,
        VirDomainQemuMonitorCommandFlags flags = VirDomainQemuMonitorCommandFlags.Default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return RunAsync(
            () => LibvirtQemuFunctions.virDomainQemuMonitorCommand(Handle, command, flags), cancellationToken);
    }

    /// <summary>Sends a command to the guest agent (<c>virDomainQemuAgentCommand</c>, since 0.10.0).</summary>
    /// <param name="command">JSON such as <c>{"execute":"guest-ping"}</c>.</param>
    /// <param name="timeout">
    /// How long to wait for the answer, whole seconds; zero means not to wait for a lock, null libvirt's own limit of
    /// 5 s, <see cref="Timeout.InfiniteTimeSpan"/> none.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the agent may carry out the command all the same.</param>
    /// <returns>The agent's answer as JSON.</returns>
    /// <exception cref="LibvirtException">
    /// <see cref="VirErrorNumber.AgentUnresponsive"/> when there is no answer in time.
    /// </exception>
    public Task<string> QemuAgentCommandAsync(
        string command, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        int seconds = timeout switch
        {
            null => (int)VirDomainQemuAgentCommandTimeoutValues.Default,
            { } given when given == Timeout.InfiniteTimeSpan => (int)VirDomainQemuAgentCommandTimeoutValues.Block,
            { } given => checked((int)Math.Ceiling(given.TotalSeconds)),
        };
        return RunAsync(
            () => LibvirtQemuFunctions.virDomainQemuAgentCommand(Handle, command, seconds), cancellationToken);
    }
}

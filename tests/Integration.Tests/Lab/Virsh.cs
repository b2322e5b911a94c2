namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>
/// virsh on one connection. The lab drives libvirt with it and not with our bindings, so that a mistake in them cannot
/// hide itself.
/// </summary>
internal sealed class Virsh(string connectionUri)
{
    /// <summary>Runs a command and gives its output; throws when it fails.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        (await TryAsync(cancellationToken, arguments)).Value;

    /// <summary>Runs a command that may fail.</summary>
    public Task<ToolResult> TryAsync(CancellationToken cancellationToken, params string[] arguments) =>
        Tool.RunAsync("virsh", ["-q", "-c", connectionUri, .. arguments], cancellationToken);

    /// <summary>Waits for the next event of a domain, at most the given number of seconds.</summary>
    public Task<ToolResult> WaitForEventAsync(
        string domain,
        string name,
        int seconds,
        CancellationToken cancellationToken) =>
        TryAsync(cancellationToken, "event", "--domain", domain, "--event", name, "--timeout", seconds.ToString());
}

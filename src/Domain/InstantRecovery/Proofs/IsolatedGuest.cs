using System.Text.Json.Nodes;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.InstantRecovery.Proofs;

/// <summary>The guest that is being proved, as seen from outside.</summary>
internal sealed class IsolatedGuest(LibvirtDomain domain, string consolePath, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_agentTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="isMet">The condition.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null, or how the guest ended before.</returns>
    internal async Task<string?> WaitAsync(Func<Task<bool>> isMet, CancellationToken cancellationToken)
    {
        while (!await isMet().ConfigureAwait(false))
        {
            if (await FindEndAsync(cancellationToken).ConfigureAwait(false) is { } end) return end;
            await Task.Delay(s_interval, time, cancellationToken).ConfigureAwait(false);
        }

        return await FindEndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the guest's agent answers.</summary>
    internal async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await domain.QemuAgentCommandAsync("""{"execute":"guest-ping"}""", s_agentTimeout, cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (LibvirtException)
        {
            return false; // not yet; whether it has ended is asked beside this
        }
    }

    /// <summary>Whether a text is on the console.</summary>
    internal async Task<bool> HasPrintedAsync(string text, CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync(consolePath, cancellationToken).ConfigureAwait(false))
        .Contains(text, StringComparison.Ordinal);

    /// <summary>Runs a line of the guest's shell by its agent.</summary>
    internal async Task<ProofCheck> RunAsync(string command, CancellationToken cancellationToken)
    {
        var begun = await CallAsync(
            "guest-exec",
            new JsonObject
            {
                ["path"] = "/bin/sh",
                ["arg"] = new JsonArray("-c", command),
                ["capture-output"] = true,
            },
            cancellationToken).ConfigureAwait(false);
        var query = new JsonObject { ["pid"] = begun["pid"]!.GetValue<long>() }; // every answer has it
        while (true)
        {
            var status = await CallAsync("guest-exec-status", query, cancellationToken).ConfigureAwait(false);
            if (status["exited"]!.GetValue<bool>())
                return new ProofCheck(
                    command, InGuest: true, status["exitcode"]?.GetValue<int>() ?? -1,
                    Text(status["out-data"]) + Text(status["err-data"]));
            await Task.Delay(s_interval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what the display shows to a file.</summary>
    /// <param name="connection">The host.</param>
    /// <param name="name">The file without its extension: libvirt says what kind of image it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The file; null where the guest has none.</returns>
    internal async Task<string?> TryTakeScreenshotAsync(
        LibvirtConnection connection, string name, CancellationToken cancellationToken)
    {
        using var stream = await connection.CreateStreamAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var type = await domain.ScreenshotAsync(stream, cancellationToken).ConfigureAwait(false);
            var path = name + (type == "image/png" ? ".png" : ".ppm");
            var file = File.Create(path);
            await using var closing = file.ConfigureAwait(false);
            var buffer = new byte[64 * Units.KiB];
            while (await stream.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            await stream.FinishAsync(cancellationToken).ConfigureAwait(false);
            return path;
        }
        catch (LibvirtException)
        {
            return null;
        }
    }

    private static string Text(JsonNode? base64) => base64 is null
        ? string.Empty
        : System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(base64.GetValue<string>()));

    private async Task<JsonNode> CallAsync(string command, JsonObject arguments, CancellationToken cancellationToken)
    {
        var message = new JsonObject { ["execute"] = command, ["arguments"] = arguments.DeepClone() };
        var answer = await domain.QemuAgentCommandAsync(
            message.ToJsonString(), TimeSpan.FromSeconds(30), cancellationToken).ConfigureAwait(false);
        return JsonNode.Parse(answer)!["return"]!; // libvirt passes nothing else on
    }

    private async Task<string?> FindEndAsync(CancellationToken cancellationToken)
    {
        try
        {
            var state = await domain.GetStateAsync(cancellationToken).ConfigureAwait(false);
            return state.State is VirDomainState.Running or VirDomainState.Blocked or VirDomainState.Nostate
                ? null
                : $"the guest is {state.State.ToString().ToLowerInvariant()}";
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.NoDomain)
        {
            return "the guest has ended";
        }
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>Runs commands in a guest through the QEMU guest agent.</summary>
internal sealed class GuestAgent(Virsh virsh, string domain)
{
    /// <summary>
    /// Seconds that one agent command may take: an emulated guest on a busy machine is slow, not dead.
    /// </summary>
    private const int Patience = 60;

    /// <summary>Waits until the agent answers; false when it did not within the time or the guest ended.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < limit)
        {
            // The channel opens once; should that be before anybody listens, the ping finds the agent all the same.
            await virsh.WaitForEventAsync(domain, "agent-lifecycle", seconds: 2, cancellationToken);
            if ((await TryAsync("guest-ping", null, 5, cancellationToken)).ExitCode == 0)
                return true;
            if (await virsh.RunAsync(cancellationToken, "domstate", domain) is "shut off")
                return false;
        }

        return false;
    }

    /// <summary>Runs a line of the guest's shell to its end.</summary>
    /// <remarks>dash and not busybox's shell, which prefers its own mke2fs and blkdiscard to the real ones.</remarks>
    public async Task<GuestCommandResult> RunAsync(string command, CancellationToken cancellationToken)
    {
        var arguments = new JsonObject
        {
            ["path"] = "/sbin/dash",
            ["arg"] = new JsonArray("-c", command),
            ["env"] = new JsonArray("PATH=/sbin:/bin"),
            ["capture-output"] = true,
        };
        JsonElement begun = await CallAsync("guest-exec", arguments, cancellationToken);
        var query = new JsonObject { ["pid"] = begun.GetProperty("pid").GetInt64() };
        TimeSpan pause = TimeSpan.FromMilliseconds(10);
        while (true)
        {
            JsonElement status = await CallAsync("guest-exec-status", query, cancellationToken);
            if (status.GetProperty("exited").GetBoolean())
                return Read(command, status);
            // The agent has no event for the end of a command.
            await Task.Delay(pause, cancellationToken);
            pause = TimeSpan.FromMilliseconds(Math.Min(pause.TotalMilliseconds * 2, 250));
        }
    }

    /// <summary>Sends one agent command and gives its answer.</summary>
    public async Task<JsonElement> CallAsync(
        string command,
        JsonObject? arguments,
        CancellationToken cancellationToken)
    {
        ToolResult answer = await TryAsync(command, arguments, Patience, cancellationToken);
        using var document = JsonDocument.Parse(answer.Value);
        return document.RootElement.GetProperty("return").Clone();
    }

    private static GuestCommandResult Read(string command, JsonElement status)
    {
        // A command killed by a signal has no exit code; shells report 128 and the signal.
        int code = status.TryGetProperty("exitcode", out JsonElement exit)
            ? exit.GetInt32()
            : 128 + status.GetProperty("signal").GetInt32();
        return new GuestCommandResult(command, code, Text(status, "out-data"), Text(status, "err-data"));
    }

    private static string Text(JsonElement status, string property) =>
        status.TryGetProperty(property, out JsonElement data)
            ? Encoding.UTF8.GetString(data.GetBytesFromBase64())
            : "";

    private Task<ToolResult> TryAsync(
        string command,
        JsonObject? arguments,
        int seconds,
        CancellationToken cancellationToken)
    {
        var message = new JsonObject { ["execute"] = command };
        if (arguments is not null)
            message["arguments"] = arguments.DeepClone();
        return virsh.TryAsync(
            cancellationToken,
            "qemu-agent-command", domain, message.ToJsonString(), "--timeout", seconds.ToString());
    }
}

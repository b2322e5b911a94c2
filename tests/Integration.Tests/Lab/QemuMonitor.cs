using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>A guest's monitor, which is free while its libvirtd is dead: QEMU serves one client at a time.</summary>
internal sealed class QemuMonitor : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StreamReader _answers;

    private QemuMonitor(string path)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        _answers = new StreamReader(new NetworkStream(_socket));
    }

    /// <summary>Connects through the file system of the host's container.</summary>
    public static async Task<QemuMonitor> OpenAsync(LabGuest guest, CancellationToken cancellationToken)
    {
        string lab = Path.Combine(guest.Host.SharedDirectory, ".lab", "init.pid");
        string init = (await File.ReadAllTextAsync(lab, cancellationToken)).Split(':')[0];
        string[] found = Directory.GetDirectories(
            $"/proc/{init}/root/var/lib/libvirt/qemu", $"domain-*-{guest.Name}");
        var monitor = new QemuMonitor(Path.Combine(found.Single(), "monitor.sock"));
        await monitor.ExecuteAsync("qmp_capabilities", null, cancellationToken);
        return monitor;
    }

    /// <summary>Ends every block job and forgets it, as libvirt does at the end of a backup.</summary>
    public async Task EndJobsAsync(CancellationToken cancellationToken)
    {
        foreach (string id in await ListJobsAsync(null, cancellationToken))
            await ExecuteAsync("job-cancel", id, cancellationToken);
        while ((await ListJobsAsync("concluded", cancellationToken)).Count
            < (await ListJobsAsync(null, cancellationToken)).Count)
            await Task.Delay(10, cancellationToken);
        foreach (string id in await ListJobsAsync(null, cancellationToken))
            await ExecuteAsync("job-dismiss", id, cancellationToken);
    }

    /// <summary>Waits until every job has ended by itself; nobody takes note of it.</summary>
    public async Task WaitForJobsAsync(CancellationToken cancellationToken)
    {
        while ((await ListJobsAsync("concluded", cancellationToken)).Count
            < (await ListJobsAsync(null, cancellationToken)).Count)
            await Task.Delay(10, cancellationToken);
    }

    public void Dispose()
    {
        _answers.Dispose();
        _socket.Dispose();
    }

    private async Task<List<string>> ListJobsAsync(string? status, CancellationToken cancellationToken) =>
    [
        .. (await ExecuteAsync("query-jobs", null, cancellationToken)).EnumerateArray()
            .Where(job => status is null || job.GetProperty("status").GetString() == status)
            .Select(job => job.GetProperty("id").GetString() ?? ""),
    ];

    private async Task<JsonElement> ExecuteAsync(string command, string? id, CancellationToken cancellationToken)
    {
        var message = new JsonObject { ["execute"] = command };
        if (id is not null)
            message["arguments"] = new JsonObject { ["id"] = id };
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), cancellationToken);
        while (true)
        {
            // A greeting and events come between.
            string line = await _answers.ReadLineAsync(cancellationToken)
                ?? throw new ToolFailedException($"QEMU closed its monitor at {command}");
            using var answer = JsonDocument.Parse(line);
            if (answer.RootElement.TryGetProperty("return", out JsonElement value))
                return value.Clone();
            if (answer.RootElement.TryGetProperty("error", out JsonElement error))
                throw new ToolFailedException($"{command}: {error}");
        }
    }
}

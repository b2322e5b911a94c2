using System.Net;
using System.Net.ServerSentEvents;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Samples;

/// <summary>The samples that are services, against real hosts; the tests of packages run the console one.</summary>
public sealed class SampleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_worker_backs_up_all_domains_of_two_hosts()
    {
        // All domains: so hosts without those of other tests.
        var hosts = await Task.WhenAll(LabHost.StartPrivateAsync("bookworm"), LabHost.StartPrivateAsync("trixie"));
        await using var one = hosts[0];
        await using var two = hosts[1];
        await using var first = await BackupScene.StartPausedAsync(one, new LabDisk(4 * Units.MiB));
        await using var second = await first.StartBesideAsync(new LabDisk(4 * Units.MiB));
        await using var third = await BackupScene.StartPausedAsync(two, new LabDisk(4 * Units.MiB));
        BackupScene[] scenes = [first, second, third];
        await two.Virsh.RunAsync(Token, "destroy", third.Guest.Name);
        var oracles = new List<IReadOnlyDictionary<string, string>>();
        foreach (var scene in scenes)
        {
            if (scene != third) await new QemuIo(scene.Guest).PaintAsync("vda", 0, 2, oracles.Count, Token);
            oracles.Add(await scene.CaptureOracleAsync());
        }

        using var worker = SampleProcess.Start("NightlyWorker", new Dictionary<string, string>
        {
            ["LVBACKUP_STATE"] = first.StateDirectory,
            ["Nightly__Hosts__0"] = one.ConnectionUri,
            ["Nightly__Hosts__1"] = two.ConnectionUri,
            ["Nightly__Repository"] = first.Repository.Location,
            ["Nightly__KeyFile"] = "",
            ["Nightly__AtStart"] = "true",
        });
        foreach (var host in hosts) await worker.WaitForAsync($"{host.ConnectionUri} is done");

        Assert.Equal(0, await worker.EndAsync());
        var points = (await first.Repository.ListPointsAsync(Token)).Points;
        Assert.Equal(
            scenes.Select(scene => scene.Guest.Name).Order(StringComparer.Ordinal),
            points.Select(point => point.Domain).Order(StringComparer.Ordinal));
        foreach (var (scene, oracle) in scenes.Zip(oracles))
            first.Keep(points.Single(point => point.Domain == scene.Guest.Name).Id, scene.Guest.Name, oracle);
        await first.VerifyAllAsync();
    }

    [Fact]
    public async Task The_web_service_streams_a_backups_progress_and_tells_that_all_is_well()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(64 * Units.MiB));
        await new QemuIo(scene.Guest).PaintAsync("vda", 0, 40, 5, Token);
        var oracle = await scene.CaptureOracleAsync();
        using var service = SampleProcess.Start("WebApi", new Dictionary<string, string>
        {
            ["LVBACKUP_STATE"] = scene.StateDirectory,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Backup__Host"] = scene.Guest.Host.ConnectionUri,
            ["Backup__Repository"] = scene.Repository.Location,
        });
        var listening = await service.WaitForAsync("Now listening on: ");
        var address = listening[listening.IndexOf("http:", StringComparison.Ordinal)..];
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        Assert.Contains(scene.Guest.Name, await client.GetStringAsync("/domains", Token), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/health", Token)).StatusCode);

        var events = await PostAsync(client, $"/domains/{scene.Guest.Name}/backups");
        Assert.All(events[..^1], one => Assert.Equal("progress", one.Name));
        Assert.NotEmpty(events[..^1]);
        Assert.Equal("done", events[^1].Name);
        var failed = Assert.Single(await PostAsync(client, "/domains/nobody/backups"));
        Assert.Equal("failed", failed.Name);
        Assert.Contains("nobody", failed.Data, StringComparison.Ordinal);

        Assert.Equal("Healthy", await client.GetStringAsync("/health", Token));
        var point = Assert.Single((await scene.Repository.ListPointsAsync(Token)).Points);
        Assert.Contains(point.Id, events[^1].Data, StringComparison.Ordinal);
        scene.Keep(point.Id, "by the web service", oracle);
        await scene.VerifyAllAsync();
        Assert.Equal(0, await service.EndAsync());
    }

    private static async Task<List<(string Name, string Data)>> PostAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await using var body = await response.Content.ReadAsStreamAsync(Token);
        var events = new List<(string, string)>();
        await foreach (var one in SseParser.Create(body).EnumerateAsync(Token))
            events.Add((one.EventType, one.Data));
        return events;
    }
}

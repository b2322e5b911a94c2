using System.Net;
using System.Net.Sockets;
using System.Text;
using LibvirtBackup.Policies;
using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Policies.Running;
using Xunit;
using static LibvirtBackup.Domain.Tests.Policies.PolicySamples;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>Who is told what.</summary>
public sealed class PolicyNotifierTests : IDisposable
{
    private const string Token = "s3cret";

    private readonly TestDirectory _directory = new();

    [Fact]
    public async Task A_failure_is_posted_with_the_token_and_mailed()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/hook";
        await File.WriteAllTextAsync(_directory.File("token"), Token + "\n", Cancel);
        var mail = _directory.File("mail");
        var answering = AnswerAsync(server, "204 No Content");
        var policy = Read($$"""
            schedule: {incremental: daily at 02:00}
            notify:
              webhook: {url: '{{url}}', token-file: {{_directory.File("token")}}}
              mail: {command: [/usr/bin/tee, {{mail}}], to: root@example.org, from: backup@example.org}
            """);

        Assert.Empty(await TellAsync(policy, Report(TaskOutcome.Failed)));
        var request = await answering;
        Assert.StartsWith("POST /hook HTTP/1.1", request, StringComparison.Ordinal);
        Assert.Contains($"Authorization: Bearer {Token}", request, StringComparison.Ordinal);
        Assert.Contains("\"schema\": \"lvbackup/policy-result/1\"", request, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(mail, Cancel);
        Assert.StartsWith(
            "From: backup@example.org\nTo: root@example.org\n"
                + "Subject: [lvbackup] host: policy sample: 1 of 1 tasks failed\n",
            text, StringComparison.Ordinal);
        Assert.Contains("backup of web: failed: no space", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Success_is_told_only_where_it_is_asked_for()
    {
        var mail = _directory.File("mail");
        var lines = $$"""
            schedule: {incremental: daily at 02:00}
            notify: {mail: {command: [/usr/bin/tee, {{mail}}], to: root}, on: [success]}
            """;
        Assert.Empty(await TellAsync(Read(lines), Report(TaskOutcome.Failed)));
        Assert.False(File.Exists(mail));
        Assert.Empty(await TellAsync(Read(lines), Report(TaskOutcome.Done)));
        Assert.Contains("all is well", await File.ReadAllTextAsync(mail, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Success_with_a_warning_is_not_called_well()
    {
        var mail = _directory.File("mail");
        var policy = Read($$"""
            schedule: {incremental: daily at 02:00}
            notify: {mail: {command: [/usr/bin/tee, {{mail}}], to: root}, on: [warning]}
            """);
        Assert.Empty(await TellAsync(policy, Report(TaskOutcome.Done) with { Warnings = ["not frozen"] }));
        var text = await File.ReadAllTextAsync(mail, Cancel);
        Assert.Contains("policy sample: done, with warnings\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("500 No", "the webhook was not reached: it answers 500")]
    [InlineData(null, "the webhook was not reached: it does not answer within 1s")]
    public async Task What_cannot_be_told_is_a_warning_without_the_address(string? answer, string warning)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/{Token}";
        await File.WriteAllTextAsync(_directory.File("url"), url + "\n", Cancel);
        var answering = answer is null ? Task.CompletedTask : AnswerAsync(server, answer);
        var policy = Read($$"""
            schedule: {incremental: daily at 02:00}
            notify: {webhook: {url-file: {{_directory.File("url")}}, timeout: 1s} }
            """);
        Assert.Equal(warning, Assert.Single(await TellAsync(policy, Report(TaskOutcome.Failed))));
        await answering;
    }

    public void Dispose() => _directory.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<IReadOnlyList<string>> TellAsync(Policy policy, PolicyRunReport report) =>
        new PolicyNotifier(policy, TimeProvider.System).TellAsync(report, Cancel);

    private static PolicyRunReport Report(TaskOutcome outcome) => new()
    {
        Policy = "sample",
        Host = "host",
        Started = DateTimeOffset.UnixEpoch,
        Tasks = [new TaskReport
        {
            Task = "backup",
            Domain = "web",
            Outcome = outcome,
            Message = outcome == TaskOutcome.Done ? null : "no space",
        }],
    };

    /// <summary>Reads one request, and answers.</summary>
    private static async Task<string> AnswerAsync(TcpListener server, string status)
    {
        using var client = await server.AcceptTcpClientAsync(Cancel);
        await using var stream = client.GetStream();
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().TrimEnd().EndsWith("\n}", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, Cancel);
            Assert.True(count > 0, "the request ended early");
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), Cancel);
        return text.ToString();
    }
}

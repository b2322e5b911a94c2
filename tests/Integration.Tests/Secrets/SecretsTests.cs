using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Secrets;

/// <summary>
/// Every way to give a secret, through the main commands, while the arguments and variables of all processes of the
/// machine are read.
/// </summary>
public sealed class SecretsTests
{
    private const string Phrase = "Xy-passphrase-7f3a9c";
    private const string NewPhrase = "Xy-newphrase-b81d20";
    private const string Hook = "http://127.0.0.1:9/Xy-hook-55aa01";
    private const string Token1 = "Xy-token-90ffee";
    private static readonly string s_key = "Xy-keyfile-" + new string('k', 21);
    private static readonly string[] s_secrets = [Phrase, NewPhrase, "Xy-hook-55aa01", Token1, s_key];
    private readonly ConcurrentDictionary<string, bool> _leaks = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_secret_is_in_arguments_output_state_or_repository()
    {
        var host = await LabHost.ForAsync("trixie");
        await using var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(8 * Units.MiB));
        await new QemuIo(guest).FillAsync("vda", 0, Units.MiB, 1, Token);
        var secrets = Path.Combine(guest.Directory, "secrets");
        var work = Path.Combine(guest.Directory, "work");
        Directory.CreateDirectory(secrets);
        Directory.CreateDirectory(work);
        var (phrase, next, key) = (Write("phrase", Phrase), Write("next", NewPhrase), Write("key", s_key));
        var policy = Path.Combine(work, "p.yaml");
        await File.WriteAllTextAsync(
            policy,
            $$"""
            version: 1
            name: p
            domains: {names: [{{guest.Name}}]}
            repository: {directory: {{work}}/repo, passphrase-file: {{next}}}
            track: policy
            schedule: {full: yearly on january 1 at 00:00}
            notify:
              on: [success, failure, warning]
              webhook: {url-file: {{Write("hook", Hook)}}, token-file: {{Write("token", Token1)}}, timeout: 2s}
              mail: {command: [/usr/bin/tee, {{work}}/mail], to: root@localhost}
            hooks:
              before: {run: [/bin/sh, -c, "env >{{work}}/environment; cat >{{work}}/before"]}
              after: {run: [/bin/sh, -c, "cat >{{work}}/after; echo no; exit 3"]}
            """,
            Token);
        using var watching = new CancellationTokenSource();
        var watch = Task.Run(() => WatchProcesses(watching.Token), Token);
        try
        {
            await RunAsync("init", "--encrypt", "--passphrase-file", phrase);
            await RunAsync("backup", guest.Name, "--passphrase-file", phrase);
            await RunAsync("key", "add", "--passphrase-file", phrase, "--new-key-file", key);
            await RunAsync("key", "list", "--key-file", key);
            await RunAsync("key", "rotate", "--passphrase-file", phrase, "--new-passphrase-file", next);
            var backup = await RunWithAsync($"LVBACKUP_KEY_FILE={key}", "backup", guest.Name);
            var points = JsonDocument.Parse(backup).RootElement.GetProperty("points");
            var point = points[0].GetProperty("point").GetString()!;
            await RunWithAsync(
                $"LVBACKUP_PASSPHRASE_FILE={next}", "restore", point, "--to", Path.Combine(work, "restored"));
            await RunAsync("verify", "--key-file", key);
            var run = await RunWithAsync($"LVBACKUP_PASSPHRASE_FILE={next}", "policy", "run", policy);
            Assert.Contains("the webhook was not reached", run); // it was tried
            var refused = await Tool.RunAsync("env", Line("A=b", ["verify", "--passphrase-file", phrase]), Token);
            Assert.NotEqual(0, refused.ExitCode); // it was rotated away
            Look("the refusal", refused.Output + refused.Error);
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }

        // A hook has the variables of the run: names of files.
        var variables = await File.ReadAllTextAsync(Path.Combine(work, "environment"), Token);
        Assert.Contains($"LVBACKUP_PASSPHRASE_FILE={next}\n", variables);
        Assert.Contains("exit code 3: no", await File.ReadAllTextAsync(Path.Combine(work, "mail"), Token));
        Assert.Contains("\"outcome\"", await File.ReadAllTextAsync(Path.Combine(work, "after"), Token));
        foreach (var file in Directory.EnumerateFiles(work, "*", SearchOption.AllDirectories))
            Look(file, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Token)));
        Assert.Empty(_leaks.Keys);

        // The watch itself sees a secret that is there.
        Look("itself", Phrase);
        Assert.Single(_leaks);

        string Write(string name, string content)
        {
            var path = Path.Combine(secrets, name);
            File.WriteAllText(path, content);
            File.SetUnixFileMode(path, UnixFileMode.UserRead);
            return path;
        }

        Task<string> RunAsync(params string[] arguments) => RunWithAsync("A=b", arguments);

        async Task<string> RunWithAsync(string variable, params string[] arguments)
        {
            var result = await Tool.RunAsync("env", Line(variable, arguments), Token);
            // A webhook that nobody answers fails no run.
            Assert.True(result.ExitCode == 0 || arguments[0] == "policy", $"{arguments[0]}: {result.Error}");
            Look(string.Join(' ', arguments), result.Output + result.Error);
            return result.Output;
        }

        string[] Line(string variable, string[] arguments) =>
        [
            variable, Path.Combine(AppContext.BaseDirectory, "lvbackup"), .. arguments, "--json", "-v", "-c",
            host.ConnectionUri, "--repo", Path.Combine(work, "repo"), "--state-dir", Path.Combine(work, "state"),
        ];
    }

    private void WatchProcesses(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var process in Directory.GetDirectories("/proc").Where(path => char.IsAsciiDigit(path[6])))
            {
                try
                {
                    Look($"{process}: arguments", File.ReadAllText(Path.Combine(process, "cmdline")));
                    Look($"{process}: variables", File.ReadAllText(Path.Combine(process, "environ")));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // It has ended.
                }
            }

            cancellationToken.WaitHandle.WaitOne(10);
        }
    }

    private void Look(string where, string text)
    {
        foreach (var secret in s_secrets.Where(secret => text.Contains(secret, StringComparison.Ordinal)))
            _leaks.TryAdd($"{secret} in {where}", true);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>The program as a process of its own, so that it can be killed.</summary>
internal sealed class LvbackupProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private LvbackupProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Begins <c>lvbackup ARGUMENTS --json</c> with the scene's host, repository and state.</summary>
    internal static LvbackupProcess Start(BackupScene scene, params string[] arguments) =>
        Start(scene, scene.Repository.Location, arguments);

    /// <summary>Begins it with another repository.</summary>
    internal static LvbackupProcess Start(BackupScene scene, string repository, string[] arguments) =>
        Start(scene, repository, scene.Guest.Host.ConnectionUri, arguments);

    /// <summary>Begins it with another repository and another way to libvirt.</summary>
    internal static LvbackupProcess Start(BackupScene scene, string repository, string uri, string[] arguments) =>
        StartWith(scene, repository, uri, [.. arguments, "--json"]);

    /// <summary>Begins it as people do, without <c>--json</c>.</summary>
    internal static LvbackupProcess StartForPeople(BackupScene scene, params string[] arguments) =>
        StartWith(scene, scene.Repository.Location, scene.Guest.Host.ConnectionUri, arguments);

    /// <summary>Begins it as cron does, with next to no environment.</summary>
    internal static LvbackupProcess StartFromCron(BackupScene scene, params string[] arguments) => StartWith(
        scene, scene.Repository.Location, scene.Guest.Host.ConnectionUri, [.. arguments, "--json"],
        "--ignore-environment", "HOME=/root", "LOGNAME=root", "PATH=/usr/bin:/bin", "SHELL=/bin/sh");

    private static LvbackupProcess StartWith(
        BackupScene scene, string repository, string uri, string[] arguments, params string[] environment)
    {
        // A test run that was started by nohup or as a script's background job passes ignored signals on.
        var start = new ProcessStartInfo("env")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string[] common =
        [
            "--connect", uri, "--repo", repository,
            "--state-dir", scene.StateDirectory,
        ];
        string[] program =
        [
            "--default-signal=INT,HUP,TERM", .. environment, Path.Combine(AppContext.BaseDirectory, "lvbackup"),
        ];
        foreach (var argument in program.Concat(arguments).Concat(common)) start.ArgumentList.Add(argument);
        return new LvbackupProcess(Process.Start(start)!);
    }

    internal static async Task<JsonElement> RunAsync(BackupScene scene, params string[] arguments)
    {
        using var process = Start(scene, arguments);
        var (exitCode, output, error) = await process.EndAsync();
        Assert.True(exitCode == 0, $"lvbackup {string.Join(' ', arguments)} ended with {exitCode}: {error}");
        return JsonDocument.Parse(output).RootElement;
    }

    internal bool HasExited => _process.HasExited;

    internal int Id => _process.Id;

    /// <summary>Waits until the job of the backup that it is runs.</summary>
    internal async Task WaitForJobAsync(BackupScene scene)
    {
        // While the job begins, libvirt fails with "backup job data missing".
        while (!(await scene.Guest.Host.Virsh.TryAsync(Token, "domjobinfo", scene.Guest.Name)).Output
            .Contains("Backup", StringComparison.Ordinal))
        {
            Assert.False(HasExited, HasExited ? $"it ended before its job ran: {await _error}" : "");
            await Task.Delay(50, Token);
        }
    }

    internal async Task SignalAsync(string signal)
    {
        var id = _process.Id.ToString(CultureInfo.InvariantCulture);
        _ = (await Tool.RunAsync("kill", [$"-{signal}", id], Token)).Value;
    }

    /// <summary>Kills it, unless it was faster.</summary>
    internal void Kill() => _process.Kill();

    internal async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync(Token);
        return (_process.ExitCode, await _output, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}

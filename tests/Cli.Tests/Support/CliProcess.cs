using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LibvirtBackup.Cli.Tests.Support;

/// <summary>Runs a program as users do: a process of its own, with real streams, signals and exit codes.</summary>
internal sealed class CliProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private CliProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The built program, beside the tests.</summary>
    internal static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "lvbackup");

    internal static Task<CliResult> RunAsync(params string[] args) => RunProgramAsync(Program, [], args);

    internal static async Task<CliResult> RunProgramAsync(
        string program, Dictionary<string, string> variables, params string[] args)
    {
        using var process = Start(program, variables, args);
        return await process.EndAsync();
    }

    internal static CliProcess Start(string program, Dictionary<string, string> variables, params string[] args)
    {
        var start = new ProcessStartInfo(program, args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var name in new[] { "LIBVIRT_DEFAULT_URI", "LVBACKUP_REPO", "LVBACKUP_STATE" })
            start.Environment.Remove(name);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        var process = new CliProcess(start);
        process._process.StandardInput.Close();
        return process;
    }

    internal void Signal(PosixSignal signal) => Assert.Equal(0, NativeSignals.Send(_process.Id, signal));

    internal async Task<CliResult> EndAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return new CliResult(_process.ExitCode, await _output, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}

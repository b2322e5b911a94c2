using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.Packaging;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Samples;

/// <summary>A sample that goes on until it is ended, as the solution's build left it.</summary>
internal sealed class SampleProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly SemaphoreSlim _more = new(0);

    private SampleProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static SampleProcess Start(string name, IReadOnlyDictionary<string, string> environment)
    {
        // bin/Release/net10.0, as ours
        var build = string.Join('/', AppContext.BaseDirectory.TrimEnd('/').Split('/')[^3..]);
        var start = new ProcessStartInfo(Path.Combine(PackageFeed.SourceRoot, "samples", name, build, name))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (key, value) in environment) start.Environment[key] = value;
        return new SampleProcess(Process.Start(start)!);
    }

    /// <summary>Waits until it has printed a text, and gives the line.</summary>
    internal async Task<string> WaitForAsync(string text)
    {
        while (true)
        {
            if (_lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found) return found;
            var isThere = await _more.WaitAsync(TimeSpan.FromSeconds(60), Token);
            Assert.True(isThere && !_process.HasExited, $"no '{text}' in:\n{string.Join('\n', _lines)}");
        }
    }

    /// <summary>Asks it to end, and gives its exit code.</summary>
    internal async Task<int> EndAsync()
    {
        _ = (await Tool.RunAsync("kill", [_process.Id.ToString(CultureInfo.InvariantCulture)], Token)).Value;
        await _process.WaitForExitAsync(Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _more.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null) return;
        _lines.Enqueue(line);
        _more.Release();
    }
}

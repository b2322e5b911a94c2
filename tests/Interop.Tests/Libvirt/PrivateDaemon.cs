using System.Diagnostics;
using LibvirtBackup.Interop.Tests.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt;

/// <summary>
/// A libvirtd of our own without privileges, in a directory of its own; it ends with this object or when killed.
/// </summary>
internal sealed class PrivateDaemon : IDisposable
{
    private const string Unprivileged = "nobody";

    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    private PrivateDaemon()
    {
        string home = _directory.Path;
        Run("chown", "-R", Unprivileged, home);
        ProcessStartInfo start = new("setpriv")
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in (string[])
            [$"--reuid={Unprivileged}", "--regid=nogroup", "--clear-groups", "libvirtd", "--timeout", "120"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        foreach (string variable in (string[])["HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"])
            start.Environment[variable] = home;
        _process = Process.Start(start) ?? throw new InvalidOperationException("setpriv did not start");
        _process.ErrorDataReceived += (_, _) => { };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public string SocketPath => Path.Combine(_directory.Path, "libvirt", "libvirt-sock");

    /// <summary>The test driver inside the daemon.</summary>
    public string TestUri => $"test+unix:///default?socket={SocketPath}";

    /// <summary>The daemon's secrets.</summary>
    public string SecretUri => $"secret+unix:///session?socket={SocketPath}";

    /// <summary>The daemon's storage pools.</summary>
    public string StorageUri => $"storage+unix:///session?socket={SocketPath}";

    /// <summary>A directory that the daemon can write to.</summary>
    public string HomePath => _directory.Path;

    /// <summary>Starts a daemon, or skips the test on a host that can not.</summary>
    public static async Task<PrivateDaemon> StartAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/libvirtd"), "libvirtd is not installed (libvirt-daemon)");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "setpriv to another user needs root");
        PrivateDaemon daemon = new();
        for (int i = 0; !File.Exists(daemon.SocketPath); i++)
        {
            Assert.True(i < 600 && !daemon._process.HasExited, "the private libvirtd did not open its socket");
            await Task.Delay(50, cancellationToken);
        }

        return daemon;
    }

    /// <summary>Ends the daemon as a crash does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops it without ending it: its clients get no answer any more.</summary>
    public void Freeze() => Run("kill", "-STOP", $"{_process.Id}");

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
        _directory.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

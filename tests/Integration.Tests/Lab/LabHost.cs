using System.Diagnostics;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>
/// A private libvirt of one suite: <c>bullseye</c>, <c>bookworm</c>, <c>trixie</c>, <c>forky</c>, or <c>session</c>
/// (this machine's own libvirtd, unprivileged). A test that cannot have it is skipped with the reason, or fails when
/// <c>LVB_REQUIRE_LAB=1</c>.
/// </summary>
internal sealed class LabHost : IAsyncDisposable
{
    /// <summary>The suites whose libvirt the product supports.</summary>
    public static readonly TheoryData<string> SupportedSuites = ["bookworm", "trixie", "forky"];

    private static int s_count;
    private readonly bool _isShared;

    private LabHost(string suite, string directory, string uri, bool isShared)
    {
        Suite = suite;
        SharedDirectory = directory;
        ConnectionUri = uri;
        Virsh = new Virsh(uri);
        _isShared = isShared;
    }

    public string Suite { get; }

    /// <summary>A directory with the same path for the test, libvirt and QEMU; gone when the host ends.</summary>
    public string SharedDirectory { get; }

    public string ConnectionUri { get; }

    public Virsh Virsh { get; }

    public required Version LibvirtVersion { get; init; }

    public required Version QemuVersion { get; init; }

    /// <summary>Where the guest's kernel and initrd are.</summary>
    public required string GuestDirectory { get; init; }

    /// <summary>The host of a suite that all tests share; it must be left running.</summary>
    public static Task<LabHost> ForAsync(string suite) => OrSkipAsync(() => LabHosts.SharedAsync(suite));

    /// <summary>A host for one test alone, which may kill what it likes; the test disposes of it.</summary>
    public static Task<LabHost> StartPrivateAsync(string suite) =>
        OrSkipAsync(() => LaunchAsync(suite, isShared: false));

    /// <summary>
    /// One more host of a suite, whose shared directory another private host has too: guests whose files are there can
    /// be migrated between them. It is disposed of first.
    /// </summary>
    public static Task<LabHost> StartBesideAsync(LabHost other) =>
        OrSkipAsync(() => LaunchAsync(other.Suite, isShared: false, Path.Combine(other.SharedDirectory, "beside")));

    /// <summary>kill -9 of libvirtd; its guests go on.</summary>
    public Task KillLibvirtdAsync(CancellationToken cancellationToken) =>
        OnPrivateHostAsync("kill-daemon", cancellationToken);

    /// <summary>Starts libvirtd anew, after killing it when it still runs, and waits until it answers.</summary>
    public Task RestartLibvirtdAsync(CancellationToken cancellationToken) =>
        OnPrivateHostAsync("restart-daemon", cancellationToken);

    /// <summary>This machine's process id of libvirtd, null when it does not run.</summary>
    public async Task<int?> LibvirtdPidAsync(CancellationToken cancellationToken) =>
        await FindPidAsync("libvirtd", cancellationToken);

    /// <summary>This machine's process id of a domain's QEMU, null when it does not run.</summary>
    public async Task<int?> QemuPidAsync(string domain, CancellationToken cancellationToken) =>
        await FindPidAsync($"qemu {domain}", cancellationToken);

    /// <summary>Runs a program of the suite, where the shared directory is too.</summary>
    public async Task<ToolResult> RunInsideAsync(CancellationToken cancellationToken, params string[] command)
    {
        int pid = await FindPidAsync("init", cancellationToken)
            ?? throw new InvalidOperationException("the lab's host does not run");
        return await Tool.RunAsync(
            "nsenter", ["--target", $"{pid}", "--mount", "--root", "--wd=/", .. command], cancellationToken);
    }

    /// <summary>kill -9 of a domain's QEMU; returns when libvirt has seen it.</summary>
    public async Task KillQemuAsync(string domain, CancellationToken cancellationToken)
    {
        int pid = await QemuPidAsync(domain, cancellationToken)
            ?? throw new InvalidOperationException($"domain {domain} does not run");
        using var qemu = Process.GetProcessById(pid);
        qemu.Kill();
        while (await Virsh.RunAsync(cancellationToken, "domstate", domain) is not "shut off")
            await Virsh.WaitForEventAsync(domain, "lifecycle", seconds: 1, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isShared)
            await EndAsync();
    }

    internal static async Task<LabHost> LaunchAsync(string suite, bool isShared, string? directory = null)
    {
        if (WhyNoLab() is { } reason)
            throw new LabUnavailableException(reason);
        int number = Interlocked.Increment(ref s_count);
        directory ??= Path.Combine(Path.GetTempPath(), "lvb-lab", $"{Environment.ProcessId}-{number}-{suite}");
        string[] command = suite is "session" ? ["session", directory] : ["start", suite, directory];
        ToolResult started = await LabScript.RunAsync(CancellationToken.None, command);
        if (started.ExitCode != 0)
            throw new LabUnavailableException($"no libvirt of {suite}: {started.Error.Trim()}");
        string uri = started.Value;
        string versions = await new Virsh(uri).RunAsync(CancellationToken.None, "version", "--daemon");
        return new LabHost(suite, directory, uri, isShared)
        {
            LibvirtVersion = VersionAfter(versions, "Running against daemon: "),
            QemuVersion = VersionAfter(versions, "Running hypervisor: QEMU "),
            GuestDirectory = (await LabScript.RunAsync(CancellationToken.None, "guest")).Value,
        };
    }

    internal async Task EndAsync() =>
        _ = (await LabScript.RunAsync(CancellationToken.None, "stop", SharedDirectory)).Value;

    /// <summary>Skips the test, or fails it in CI, where no lab at all can be had.</summary>
    internal static void Require()
    {
        if (WhyNoLab() is { } reason)
            Refuse(reason);
    }

    private static string? WhyNoLab() =>
        string.Equals(Environment.UserName, "root", StringComparison.Ordinal)
            ? null
            : "the lab needs root (namespaces, chroot)";

    private static async Task<LabHost> OrSkipAsync(Func<Task<LabHost>> start)
    {
        try
        {
            return await start();
        }
        catch (LabUnavailableException unavailable)
        {
            Refuse(unavailable.Message);
            throw;
        }
    }

    private static void Refuse(string reason)
    {
        if (Environment.GetEnvironmentVariable("LVB_REQUIRE_LAB") is "1")
            throw new LabUnavailableException(reason);
        Assert.Skip(reason);
    }

    private async Task OnPrivateHostAsync(string command, CancellationToken cancellationToken)
    {
        if (_isShared)
            throw new InvalidOperationException($"'{command}' would disturb other tests: use StartPrivateAsync");
        _ = (await LabScript.RunAsync(cancellationToken, command, SharedDirectory)).Value;
    }

    private async Task<int?> FindPidAsync(string what, CancellationToken cancellationToken)
    {
        string pids = (await LabScript.RunAsync(cancellationToken, "pids", SharedDirectory)).Value;
        foreach (string line in pids.Split('\n'))
        {
            if (line.StartsWith(what + ' ', StringComparison.Ordinal))
                return int.Parse(line[(what.Length + 1)..]);
        }

        return null;
    }

    // Lines such as "Running hypervisor: QEMU 7.2.22".
    private static Version VersionAfter(string text, string label)
    {
        int begin = text.IndexOf(label, StringComparison.Ordinal) + label.Length;
        int end = text.IndexOf('\n', begin);
        return Version.Parse(end < 0 ? text.AsSpan(begin) : text.AsSpan(begin, end - begin));
    }
}

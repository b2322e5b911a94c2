using Xunit;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>What eng/lab.sh does besides hosts for tests.</summary>
public sealed class LabScriptTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_dead_test_run_left_is_removed()
    {
        LabHost.Require();
        string directory = Path.Combine(Path.GetTempPath(), "lvb-lab", $"{Environment.ProcessId}-orphan");
        string registry = $"{directory}-registry";
        // The shell is the lab's owner, and it is dead once it has started the lab. A registry of its own keeps other
        // tests, whose starts sweep too, from being first.
        ToolResult started = await Tool.RunAsync(
            "bash",
            ["-c", "LVB_LAB_RUN=$2 LVB_LAB_OWNER=$$ bash $0 start bookworm $1; :", LabScript.Path, directory, registry],
            Cancellation);
        Assert.StartsWith("qemu+unix://", started.Value, StringComparison.Ordinal);
        int init = int.Parse((await File.ReadAllTextAsync($"{directory}/.lab/init.pid", Cancellation)).Split(':')[0]);

        ToolResult swept = await Tool.RunAsync(
            "bash",
            ["-c", "LVB_LAB_RUN=$1 bash $0 sweep", LabScript.Path, registry],
            Cancellation);

        Assert.Contains(directory, swept.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory));
        Assert.False(Directory.Exists($"/proc/{init}"));
        Directory.Delete(registry, recursive: true);
    }

    [Fact]
    public async Task A_directory_with_content_is_never_taken()
    {
        LabHost.Require();
        string directory = Directory.CreateTempSubdirectory("lvb-lab-").FullName;
        await File.WriteAllTextAsync($"{directory}/mine", "kept", Cancellation);

        try
        {
            ToolResult started = await LabScript.RunAsync(Cancellation, "start", "bookworm", directory);
            ToolResult stopped = await LabScript.RunAsync(Cancellation, "stop", directory);

            Assert.NotEqual(0, started.ExitCode);
            Assert.Contains("is not empty", started.Error, StringComparison.Ordinal);
            Assert.NotEqual(0, stopped.ExitCode);
            Assert.Equal("kept", await File.ReadAllTextAsync($"{directory}/mine", Cancellation));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task An_embedded_guest_lives_on_between_the_programs_that_use_it()
    {
        LabHost.Require();
        string root = Path.Combine(Path.GetTempPath(), "lvb-lab", $"{Environment.ProcessId}-embed");
        try
        {
            _ = (await LabScript.RunAsync(Cancellation, "vm-start", root, "tiny", "16M")).Value;
            _ = (await RunVirshAsync(root, "checkpoint-create-as", "tiny", "first")).Value;
            ToolResult written = await LabScript.RunAsync(
                Cancellation,
                "vm-run", root, "tiny", "echo \"it's\" | dd of=/dev/vda conv=fsync status=none; head -c 5 /dev/vda");
            ToolResult failed = await LabScript.RunAsync(Cancellation, "vm-run", root, "tiny", "exit 7");
            _ = (await LabScript.RunAsync(Cancellation, "vm-copy", root, "tiny", $"{root}/copy")).Value;

            Assert.Equal("it's", written.Value);
            Assert.Equal(7, failed.ExitCode);
            Assert.Equal("first", (await RunVirshAsync(root, "checkpoint-list", "tiny", "--name")).Value.Trim());
            byte[] copy = await File.ReadAllBytesAsync($"{root}/copy/vda.raw", Cancellation);
            Assert.Equal("it's\n"u8, copy.AsSpan(0, 5));
        }
        finally
        {
            _ = (await LabScript.RunAsync(CancellationToken.None, "embed-stop", root)).Value;
        }

        Assert.False(Directory.Exists(root));
    }

    private static Task<ToolResult> RunVirshAsync(string root, params string[] arguments) =>
        LabScript.RunAsync(Cancellation, ["virsh", root, .. arguments]);
}

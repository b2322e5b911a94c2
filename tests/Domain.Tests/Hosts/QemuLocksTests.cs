using System.Diagnostics;
using LibvirtBackup.Hosts;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Hosts;

public sealed class QemuLocksTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readers_and_writers_of_an_image_are_told_apart()
    {
        using var directory = new TestDirectory();
        var image = directory.File("disk.qcow2");
        var (exitCode, output, error) = await Tools.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", image, "1M");
        Assert.True(exitCode == 0, output + error);
        Assert.Equal((false, false), Look());

        await WhileOpenAsync(["-r", image], () => Assert.Equal((true, false), Look()));
        await WhileOpenAsync([image], () => Assert.Equal((true, true), Look()));
        Assert.Equal((false, false), Look());

        (bool? IsOpen, bool IsOpenForWriting) Look() => (QemuLocks.IsOpen(image), QemuLocks.IsOpenForWriting(image));
    }

    /// <summary>qemu-io answers once it has opened the image, and keeps it open until it is told to end.</summary>
    private static async Task WhileOpenAsync(string[] arguments, Action check)
    {
        var start = new ProcessStartInfo("qemu-io", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var qemu = Process.Start(start)!;
        await qemu.StandardInput.WriteLineAsync("length");
        await qemu.StandardInput.FlushAsync(Token);
        while (await qemu.StandardOutput.ReadLineAsync(Token) is { } line)
            if (line.Contains("1 MiB", StringComparison.Ordinal))
                break;
        try
        {
            check();
        }
        finally
        {
            await qemu.StandardInput.WriteLineAsync("quit");
            qemu.StandardInput.Close();
            await qemu.WaitForExitAsync(Token);
        }
    }
}

using System.Diagnostics;
using LibvirtBackup.Backups.Offline;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Offline;

public sealed class ImageStampTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_that_was_written_has_another_stamp_and_one_that_was_read_has_not()
    {
        using var directory = new TestDirectory();
        var image = directory.File("disk.qcow2");
        await RunAsync("qemu-img", "create", "-q", "-f", "qcow2", image, "1M");
        var before = ImageStamp.Of(image);
        await RunAsync("qemu-io", "-r", "-c", "read 0 1M", image);
        Assert.Equal(before, ImageStamp.Of(image));
        await RunAsync("qemu-io", "-c", "write 0 64k", image);
        Assert.NotEqual(before, ImageStamp.Of(image));
    }

    [Fact]
    public async Task Only_an_image_that_QEMU_may_write_is_open_for_writing()
    {
        using var directory = new TestDirectory();
        var image = directory.File("disk.qcow2");
        await RunAsync("qemu-img", "create", "-q", "-f", "qcow2", image, "1M");
        Assert.False(ImageStamp.IsOpenForWriting(image));

        await WhileOpenAsync(["-r", image], () => Assert.False(ImageStamp.IsOpenForWriting(image)));
        await WhileOpenAsync([image], () => Assert.True(ImageStamp.IsOpenForWriting(image)));
        Assert.False(ImageStamp.IsOpenForWriting(image));
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

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var (exitCode, output, error) = await Tools.RunAsync(program, arguments);
        Assert.True(exitCode == 0, output + error);
    }
}

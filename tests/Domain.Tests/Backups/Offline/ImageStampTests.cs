using LibvirtBackup.Backups.Offline;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Offline;

public sealed class ImageStampTests
{
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

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var (exitCode, output, error) = await Tools.RunAsync(program, arguments);
        Assert.True(exitCode == 0, output + error);
    }
}

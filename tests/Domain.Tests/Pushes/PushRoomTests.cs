using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Pushes;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Pushes;

/// <summary>
/// In a lab QEMU mostly fills a small file system before anybody can look, so <c>FullPushTests</c> cannot tell who
/// ended the push.
/// </summary>
public sealed class PushRoomTests : IDisposable
{
    private const long Margin = 64 * Units.MiB;

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("raw", 0, Margin, 1 << 20, true)] // what a raw image needs cannot be taken before
    [InlineData("raw", 0, Margin + 1, 1 << 20, false)]
    [InlineData("raw", 0, Units.MiB, 32, true)] // a small file system has a smaller margin
    [InlineData("raw", 0, Units.MiB + 1, 32, false)]
    [InlineData("qcow2", 4095, 0, 1 << 20, false)] // within what was taken for it
    [InlineData("qcow2", 4096, 0, 1 << 20, true)] // outgrown
    public void A_push_that_needs_more_is_ended_before_its_file_system_is_full(
        string format, int length, long free, long totalMebibytes, bool isEnded)
    {
        var image = Target(format, isDevice: false);
        File.WriteAllBytes(image.Path, new byte[length]);
        var room = Room(image, (free, totalMebibytes * Units.MiB));

        if (!isEnded) room.Require();
        else Assert.Contains("no point was made", Assert.Throws<BackupException>(room.Require).Message);
    }

    [Fact]
    public void Devices_have_their_space_and_what_cannot_be_measured_goes_on()
    {
        Room(Target("raw", isDevice: true), (0, Units.GiB)).Require();
        Room(Target("raw", isDevice: false), null).Require();
    }

    private PushRoom Room(PushTarget target, (long Free, long Total)? space) =>
        new(_directory.Path, [target], () => space);

    private PushTarget Target(string format, bool isDevice) => new()
    {
        Plan = new DiskPlan
        {
            Disk = new SelectedDisk
            {
                Disk = new DomainDisk { Target = DiskName.Parse("vda") },
                Untrackable = null,
                Layers = [],
            },
            Level = BackupLevel.Full,
            Reason = null,
            Parent = null,
        },
        Path = _directory.File("vda"),
        IsDevice = isDevice,
        Format = format,
        VirtualSizeBytes = Units.GiB,
        ExpectedBytes = 4096,
    };
}

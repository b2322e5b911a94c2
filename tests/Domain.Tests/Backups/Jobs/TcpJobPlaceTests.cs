using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Jobs;

public sealed class TcpJobPlaceTests
{
    private static readonly RemoteHost s_host = RemoteHost.Of("qemu+tls://localhost/system")!;

    [Fact]
    public async Task Data_is_encrypted_and_checked_unless_asked_otherwise()
    {
        await using var place = Place(new DataChannel());
        await place.PrepareAsync(null, TestContext.Current.CancellationToken);
        Assert.True(place.Server.Tls);
        Assert.Equal(NbdTlsMode.Require, place.ExportOf("vda", null).Tls);
        Assert.DoesNotContain("without encryption", place.Warning);
        await using var open = Place(new DataChannel { IsUnencrypted = true });
        Assert.Null(open.Server.Tls);
        Assert.Equal(NbdTlsMode.Off, open.ExportOf("vda", null).Tls);
        Assert.Contains("without encryption", open.Warning);
    }

    [Fact]
    public async Task Its_scratch_images_are_beside_the_disks_and_name_the_job()
    {
        await using var place = Place(new DataChannel());
        var scratch = place.ScratchOf(Disk(new FileDiskSource { Path = "/images/a.qcow2" }));
        Assert.Equal($"/images/{place.Name}.vda.scratch", scratch);
        var job = new DomainBackupXml
        {
            Mode = DomainBackupMode.Pull,
            Disks =
            [
                new DomainBackupDisk
                {
                    Name = DiskName.Parse("vda"), Scratch = new DomainBackupStorage { Path = scratch },
                },
            ],
        };
        Assert.Equal(place.Name, TcpJobPlace.FindName(DomainBackupXml.Parse(job.ToXml())));
        Assert.Throws<BackupException>(() => place.ScratchOf(Disk(new BlockDiskSource { Path = "/dev/x" })));
        Assert.Null(TcpJobPlace.FindName(job with { Disks = [] }));
    }

    [Fact]
    public async Task What_it_asks_for_no_other_job_offers()
    {
        await using var place = Place(new DataChannel());
        await using var other = Place(new DataChannel());
        var plan = new BackupPlan
        {
            Level = BackupLevel.Full,
            Reason = null,
            Base = null,
            Generation = 1,
            Sequence = 1,
            NewCheckpoint = null,
            KeptCheckpoints = [],
            Disks =
            [
                new DiskPlan
                {
                    Disk = Disk(new FileDiskSource { Path = "/images/a.qcow2" }),
                    Level = BackupLevel.Full,
                    Reason = null,
                    Parent = null,
                },
            ],
        };
        var offered = DomainBackupXml.Parse(PullJob.DescribeBackup(plan, place)).Disks[0].ExportName;

        var asked = Assert.IsType<NbdEndpoint.Tcp>(place.ExportOf("vda", null).Endpoint).Export;

        Assert.Equal(offered, asked);
        Assert.NotEqual(other.ExportNameOf("vda"), asked);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_passed_over_until_the_last()
    {
        await using var place = Place(new DataChannel { FirstPort = 20000, LastPort = 20001 });
        Assert.False(place.TryMove(Refusal("checkpoint inconsistent")));
        Assert.True(place.TryMove(Refusal("Failed to find an available port: Address already in use")));
        Assert.Equal(20001, ((TcpBackupServer)place.Server).Port);
        Assert.False(place.TryMove(Refusal("Failed to find an available port: Address already in use")));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 9)]
    [InlineData(1, 65536)]
    public void Ports_that_are_none_are_refused(int first, int last) => Assert.Throws<BackupException>(
        () => new BackupRequest { Domain = "a", Channel = new DataChannel { FirstPort = first, LastPort = last } }
            .Validate());

    private static TcpJobPlace Place(DataChannel channel) => new(s_host, scratch: null, channel);

    private static SelectedDisk Disk(DiskSource source) => new()
    {
        Disk = new DomainDisk { Target = DiskName.Parse("vda"), Source = source },
        Untrackable = null,
        Layers = [],
    };

    private static LibvirtException Refusal(string message) =>
        new("virDomainBackupBegin", VirErrorNumber.InternalError, VirErrorDomain.Qemu, message);
}

using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

public sealed class DomainBackupXmlTests
{
    private const string Reported = """
        <domainbackup mode='pull'>
          <incremental>A</incremental>
          <server transport='unix' socket='/run/s.sock'/>
          <disks>
            <disk name='vda' backup='yes' type='file' backupmode='incremental' incremental='A'
                  exportname='vda' exportbitmap='backup-vda' index='5'>
              <driver type='qcow2'/>
              <scratch file='/scratch/vda.qcow2'>
                <seclabel model='dac' relabel='no'/>
                <encryption format='luks'><secret type='passphrase' usage='x'/></encryption>
              </scratch>
            </disk>
            <disk name='vdb' backup='no'/>
          </disks>
        </domainbackup>
        """;

    [Fact]
    public void A_running_pull_job_is_read()
    {
        DomainBackupXml backup = DomainBackupXml.Parse(Reported);

        Assert.Equal(DomainBackupMode.Pull, backup.Mode);
        Assert.Equal("A", backup.Incremental?.Value);
        Assert.Equal(new UnixBackupServer { Socket = "/run/s.sock" }, backup.Server);
        DomainBackupDisk disk = backup.Disks[0];
        Assert.Equal("vda", disk.Name.Value);
        Assert.True(disk.Backup);
        Assert.Equal(DiskStorageType.File, disk.Type);
        Assert.Equal(DomainBackupDiskMode.Incremental, disk.BackupMode);
        Assert.Equal("A", disk.Incremental?.Value);
        Assert.Equal("vda", disk.ExportName);
        Assert.Equal("backup-vda", disk.ExportBitmap);
        Assert.Equal(5, disk.Index);
        Assert.Equal(ImageFormat.Qcow2, disk.DriverType);
        Assert.Equal("/scratch/vda.qcow2", disk.Scratch?.Path);
        Assert.Single(disk.Scratch!.SecurityLabels);
        Assert.Equal("encryption", disk.Scratch.Encryption?.Name);
        Assert.Null(disk.Target);
        Assert.False(backup.Disks[1].Backup);
        Assert.True(disk.Remainder.IsEmpty);
        Assert.True(backup.Remainder.IsEmpty);
    }

    [Fact]
    public void A_running_pull_job_is_written_back_node_by_node() =>
        Same.Document(Reported, DomainBackupXml.Parse(Reported).ToXml());

    [Fact]
    public void A_pull_job_is_written_with_type_and_scratch_for_every_disk()
    {
        DomainBackupXml backup = new()
        {
            Mode = DomainBackupMode.Pull,
            Server = new UnixBackupServer { Socket = "/run/s.sock" },
            Disks =
            [
                new DomainBackupDisk
                {
                    Name = DiskName.Parse("vda"),
                    Scratch = new DomainBackupStorage { Path = "/dev/vg/scratch" },
                    Type = DiskStorageType.Block,
                },
                new DomainBackupDisk
                {
                    Name = DiskName.Parse("vdb"),
                    Scratch = new DomainBackupStorage { Path = "/scratch/vdb" },
                },
                new DomainBackupDisk { Name = DiskName.Parse("vdc"), Backup = false },
            ],
        };

        Assert.Equal(
            """
            <domainbackup mode="pull">
              <server transport="unix" socket="/run/s.sock" />
              <disks>
                <disk name="vda" type="block">
                  <scratch dev="/dev/vg/scratch" />
                </disk>
                <disk name="vdb" type="file">
                  <scratch file="/scratch/vdb" />
                </disk>
                <disk name="vdc" backup="no" />
              </disks>
            </domainbackup>
            """,
            backup.ToXml());
    }

    [Fact]
    public void Every_transport_reads_as_its_own_server()
    {
        Assert.Equal(
            new TcpBackupServer { Host = "localhost", Port = 10809, Tls = true },
            Server("<server transport='tcp' tls='yes' name='localhost' port='10809'/>"));
        Assert.Equal(new TcpBackupServer { Host = "::1" }, Server("<server name='::1'/>"));
        Assert.Equal(
            new FdBackupServer { FdGroup = "g", Tls = false },
            Server("<server tls='no' transport='fd' fdgroup='g'/>"));
        Assert.Equal(
            "carrier",
            Assert.IsType<OtherBackupServer>(Server("<server transport='carrier' dove='2'/>")).Transport);
    }

    [Fact]
    public void A_server_of_an_unknown_transport_keeps_its_attributes()
    {
        const string xml =
            "<domainbackup mode='pull'><server transport='carrier' dove='2'><x/></server></domainbackup>";
        Same.Document(xml, DomainBackupXml.Parse(xml).ToXml());
    }

    [Fact]
    public void A_port_beyond_the_range_of_an_int_is_refused()
    {
        LibvirtXmlException e = Assert.Throws<LibvirtXmlException>(
            () => Server("<server name='h' port='99999999999'/>"));
        Assert.Contains("attribute 'port' holds 99999999999, which is too large", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_yes_or_no_that_is_neither_is_kept_until_it_is_set()
    {
        const string xml = "<domainbackup><disks><disk name='vda' backup='maybe' type='file'/></disks></domainbackup>";
        DomainBackupXml backup = DomainBackupXml.Parse(xml);
        Assert.Null(backup.Disks[0].Backup);
        Same.Document(xml, backup.ToXml());
        Same.Document(
            xml.Replace("maybe", "yes", StringComparison.Ordinal),
            (backup with { Disks = [backup.Disks[0] with { Backup = true }] }).ToXml());
    }

    [Fact]
    public void Any_model_reads_back_equal() =>
        Models.ForAll(Models.Backup, m => Assert.Equal(m, DomainBackupXml.Parse(m.ToXml())));

    [Fact]
    public void Any_model_is_valid_against_the_schema()
    {
        Rng.SkipUnlessInstalled();
        Rng.AssertValid("domainbackup", [.. Models.Sample(Models.Backup).Select(m => m.ToXml())]);
    }

    private static DomainBackupServer? Server(string xml) =>
        DomainBackupXml.Parse($"<domainbackup mode='pull'>{xml}</domainbackup>").Server;
}

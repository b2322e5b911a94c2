using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Cli;

/// <summary>libvirt's raw backup jobs by the program, seen with virsh.</summary>
public sealed class BackupJobCommandTests
{
    private const long Size = 16 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_pull_job_is_begun_described_and_aborted(string suite)
    {
        var host = await LabHost.ForAsync(suite);
        await using var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(Size));
        var (backup, checkpoint) = await WriteDocumentsAsync(guest);

        Assert.Equal("Backup started\n", (await LvbackupAsync(guest, "backup-begin", backup, checkpoint)).Output);
        var virsh = await Tool.RunAsync("virsh", ["-c", host.ConnectionUri, "backup-dumpxml", guest.Name], Token);
        Assert.Equal(virsh.Output, (await LvbackupAsync(guest, "backup-dumpxml")).Output);
        Assert.Equal("Backup aborted\n", (await LvbackupAsync(guest, "backup-abort")).Output);

        Assert.NotEqual(0, (await host.Virsh.TryAsync(Token, "backup-dumpxml", guest.Name)).ExitCode);
        Assert.Equal("with-job", await host.Virsh.RunAsync(Token, "checkpoint-list", guest.Name, "--name"));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Without_a_job_there_is_nothing_to_describe_or_to_abort(string suite)
    {
        await using var guest = await LabGuest.StartPausedAsync(
            await LabHost.ForAsync(suite), Token, new LabDisk(Size));
        foreach (var command in new[] { "backup-dumpxml", "backup-abort" })
        {
            var result = await LvbackupAsync(guest, command);
            Assert.Equal(
                (1, "", $"lvbackup: domain '{guest.Name}' has no backup job; 'backup-begin {guest.Name}' starts one\n"),
                (result.ExitCode, result.Output, result.Error));
        }
    }

    private static async Task<(string Backup, string Checkpoint)> WriteDocumentsAsync(LabGuest guest)
    {
        var backup = Path.Combine(guest.Directory, "backup.xml");
        await File.WriteAllTextAsync(
            backup,
            $"""
            <domainbackup mode='pull'>
              <server transport='unix' socket='{guest.Directory}/nbd.sock'/>
              <disks>
                <disk name='vda' type='file'>
                  <driver type='qcow2'/>
                  <scratch file='{guest.Directory}/scratch.qcow2'/>
                </disk>
              </disks>
            </domainbackup>
            """,
            Token);
        var checkpoint = Path.Combine(guest.Directory, "checkpoint.xml");
        await File.WriteAllTextAsync(
            checkpoint, "<domaincheckpoint><name>with-job</name></domaincheckpoint>", Token);
        return (backup, checkpoint);
    }

    private static Task<ToolResult> LvbackupAsync(LabGuest guest, string command, params string[] files) =>
        Tool.RunAsync(
            Path.Combine(AppContext.BaseDirectory, "lvbackup"),
            ["-c", guest.Host.ConnectionUri, command, guest.Name, .. files],
            Token);
}

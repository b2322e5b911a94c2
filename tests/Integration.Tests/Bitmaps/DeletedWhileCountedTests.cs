using LibvirtBackup.Checkpoints;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Bitmaps;

/// <summary>
/// libvirtd crashes when one client asks it for a checkpoint's size while another deletes that checkpoint. Whatever of
/// ours shows sizes must not ask it.
/// </summary>
public sealed class DeletedWhileCountedTests
{
    private const int Rounds = 8;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Sizes_that_are_read_while_checkpoints_are_deleted_leave_libvirtd_alone(string suite)
    {
        await using var host = await LabHost.StartPrivateAsync(suite);
        await using var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(16 * Units.MiB));
        await using var connection = await LibvirtConnection.OpenAsync(host.ConnectionUri, cancellationToken: Token);
        var service = new CheckpointService(connection);
        var statistics = new CheckpointStatistics(connection);
        var libvirtd = await host.LibvirtdPidAsync(Token);

        var everything = new CheckpointFilter();
        for (var round = 0; round < Rounds; round++)
        {
            string[] names = [.. Enumerable.Range(0, 4).Select(i => $"c{round}-{i}")];
            foreach (var name in names)
                await host.Virsh.RunAsync(Token, "checkpoint-create-as", guest.Name, name);
            await Task.WhenAll(
            [
                .. names.Select(name => service.DeleteAsync(guest.Name, name, new CheckpointDeletion(), Token)),
                .. names.Select(name => DescribeAsync(name)),
                .. names.Select(_ => service.ListAsync(guest.Name, everything, withDirtyBytes: true, Token)),
                .. names.Select(_ => statistics.ReadAsync(guest.Name, Token)),
            ]);
        }

        Assert.NotNull(libvirtd);
        Assert.Equal(libvirtd, await host.LibvirtdPidAsync(Token));
        Assert.Empty(await service.ListAsync(guest.Name, everything, withDirtyBytes: true, Token));

        // Deleted before it is described: an ordinary refusal.
        async Task DescribeAsync(string name)
        {
            try
            {
                await service.GetXmlAsync(guest.Name, name, new CheckpointXmlParts { Size = true }, Token);
            }
            catch (Exception e) when (e is BackupException
                or LibvirtException { Code: VirErrorNumber.NoDomainCheckpoint })
            {
                Assert.Contains(name, e.Message, StringComparison.Ordinal);
            }
        }
    }
}

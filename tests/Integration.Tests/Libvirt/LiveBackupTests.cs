using System.Xml.Linq;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.LibvirtQemu;
using LibvirtBackup.Qmp;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Libvirt;

/// <summary>The objects on a real QEMU: backup jobs, their checkpoints and the events that they raise.</summary>
public sealed class LiveBackupTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_pull_backup_with_its_checkpoint_from_begin_to_end(string suite)
    {
        await using LiveDomain live = await LiveDomain.StartAsync(suite);
        LibvirtDomain domain = live.Domain;
        LibvirtEvents events = live.Connection.Events;
        await using EventSubscription<DomainJobCompletedEvent> jobs =
            await events.JobsCompletedAsync(domain, cancellationToken: Token);
        await using EventSubscription<DomainBlockJobEvent> blockJobs =
            await events.BlockJobsAsync(domain, cancellationToken: Token);
        await using EventSubscription<QemuMonitorEvent> monitor = await events.QemuMonitorAsync(
            "^(BLOCK_JOB|JOB_STATUS|BLOCK_EXPORT)",
            VirConnectDomainQemuMonitorEventRegisterFlags.Regex,
            domain,
            cancellationToken: Token);
        Assert.Equal(VirDomainJobType.None, (await domain.GetJobStatsAsync(cancellationToken: Token)).Type);

        await domain.BeginBackupAsync(
            live.PullBackupXml(), LiveDomain.CheckpointXml("first"), cancellationToken: Token);

        DomainJobStats running = await domain.GetJobStatsAsync(cancellationToken: Token);
        Assert.Equal(VirDomainJobType.Unbounded, running.Type);
        Assert.Equal(VirDomainJobOperation.Backup, running.Operation);
        Assert.NotNull(running.DiskTempTotal);
        Assert.Equal("domainbackup", XElement.Parse(await domain.GetBackupXmlAsync(Token)).Name);
        Assert.Equal(
            VirDomainBlockJobType.Backup, (await domain.GetBlockJobInfoAsync("vda", Token))?.Type);
        using (DomainCheckpoint? checkpoint = await domain.FindCheckpointAsync("first", Token))
            Assert.NotNull(checkpoint);

        await domain.AbortJobAsync(Token);

        DomainJobCompletedEvent ended =
            await jobs.FirstAsync(_ => true, Token).WaitAsync(s_patience, Token);
        Assert.Equal(domain.Identity, ended.Domain);
        Assert.Equal(VirDomainJobOperation.Backup, ended.Operation);
        DomainBlockJobEvent disk = await blockJobs.FirstAsync(_ => true, Token).WaitAsync(s_patience, Token);
        Assert.Equal(("vda", VirDomainBlockJobType.Backup), (disk.Disk, disk.Type));
        QemuMonitorEvent raw = await monitor
            .FirstAsync(one => one.Name == "JOB_STATUS_CHANGE", Token).WaitAsync(s_patience, Token);
        Assert.Contains("status", raw.Details, StringComparison.Ordinal);
        Assert.True(raw.Time > DateTimeOffset.UnixEpoch.AddYears(50));
        DomainJobStats last = await domain.GetJobStatsAsync(
            VirDomainGetJobStatsFlags.Completed | VirDomainGetJobStatsFlags.KeepCompleted, Token);
        Assert.Equal(VirDomainJobOperation.Backup, last.Operation);
        LibvirtException none = await Assert.ThrowsAsync<LibvirtException>(() => domain.GetBackupXmlAsync(Token));
        Assert.Equal(VirErrorNumber.NoDomainBackup, none.Code);
        Assert.Null(await domain.GetBlockJobInfoAsync("vda", Token));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_base_that_is_not_there_or_lost_its_bitmap_is_told_apart_by_code(string suite)
    {
        await using LiveDomain live = await LiveDomain.StartAsync(suite);
        LibvirtDomain domain = live.Domain;

        LibvirtException unknown = await Assert.ThrowsAsync<LibvirtException>(
            () => domain.BeginBackupAsync(live.PullBackupXml("none"), cancellationToken: Token));
        Assert.Equal(VirErrorNumber.NoDomainCheckpoint, unknown.Code);

        using DomainCheckpoint checkpoint = await domain.CreateCheckpointAsync(
            LiveDomain.CheckpointXml("first"), cancellationToken: Token);
        QmpClient qemu = QmpClient.For(domain);
        BlockNode node = await NodeWithAsync(qemu, "first");
        await qemu.ExecuteAsync(new RemoveBitmap(node.NodeName!, "first"), Token);

        LibvirtException broken = await Assert.ThrowsAsync<LibvirtException>(
            () => domain.BeginBackupAsync(live.PullBackupXml("first"), cancellationToken: Token));
        Assert.Equal(VirErrorNumber.CheckpointInconsistent, broken.Code);

        await Assert.ThrowsAsync<LibvirtException>(() => checkpoint.DeleteAsync(cancellationToken: Token));
        await checkpoint.DeleteAsync(VirDomainCheckpointDeleteFlags.MetadataOnly, Token);
        Assert.Null(await domain.FindCheckpointAsync("first", Token));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Dirty_bytes_are_seen_alike_by_libvirt_and_by_the_monitor(string suite)
    {
        await using LiveDomain live = await LiveDomain.StartAsync(suite);
        using DomainCheckpoint checkpoint = await live.Domain.CreateCheckpointAsync(
            LiveDomain.CheckpointXml("first"), cancellationToken: Token);
        await live.Guest.WritePatternAsync("vda", Units.MiB, 128 * Units.KiB, seed: 1, Token);

        XElement xml = XElement.Parse(await checkpoint.GetXmlAsync(
            VirDomainCheckpointXMLFlags.Size | VirDomainCheckpointXMLFlags.NoDomain, Token));
        DirtyBitmap bitmap = (await NodeWithAsync(QmpClient.For(live.Domain), "first")).FindBitmap("first")!;

        Assert.Equal(128 * Units.KiB, bitmap.Count);
        Assert.Equal(bitmap.Count, (long)xml.Element("disks")!.Element("disk")!.Attribute("size")!);
        Assert.True(bitmap is { Recording: true, Persistent: true, Busy: false, Inconsistent: false });
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Bitmaps_merge_in_one_transaction_that_fails_as_a_whole(string suite)
    {
        await using LiveDomain live = await LiveDomain.StartAsync(suite);
        QmpClient qemu = QmpClient.For(live.Domain);
        string node = (await qemu.QueryNamedBlockNodesAsync(Token))
            .First(one => one is { Driver: "qcow2", ReadOnly: false }).NodeName!;
        await qemu.TransactionAsync([new AddBitmap(node, "a"), new AddBitmap(node, "b")], Token);
        await live.Guest.WritePatternAsync("vda", 0, 64 * Units.KiB, seed: 1, Token);
        await qemu.ExecuteAsync(new ClearBitmap(node, "b"), Token);
        await live.Guest.WritePatternAsync("vda", Units.MiB, 64 * Units.KiB, seed: 2, Token);
        await qemu.ExecuteAsync(new DisableBitmap(node, "a"), Token);

        await qemu.TransactionAsync(
            [
                new AddBitmap(node, "all") { Disabled = true, Persistent = false },
                new MergeBitmaps(node, "all", [new BitmapSource(node, "a"), new BitmapSource(node, "b")]),
                new RemoveBitmap(node, "b"),
            ],
            Token);
        QmpException refused = await Assert.ThrowsAsync<QmpException>(() => qemu.TransactionAsync(
            [new AddBitmap(node, "c"), new ClearBitmap(node, "none")], Token));

        BlockNode after = (await qemu.QueryNamedBlockNodesAsync(Token)).Single(one => one.NodeName == node);
        Assert.Equal("transaction", refused.Command);
        Assert.Equal("GenericError", refused.Class);
        Assert.Equal(["a", "all"], after.DirtyBitmaps.Select(bitmap => bitmap.Name).Order(StringComparer.Ordinal));
        Assert.Equal(128 * Units.KiB, after.FindBitmap("all")!.Count);
        Assert.False(after.FindBitmap("a")!.Recording);
        await qemu.ExecuteAsync(new EnableBitmap(node, "a"), Token);
        Assert.Equal(live.Guest.Host.QemuVersion, (await qemu.QueryVersionAsync(Token)).Version);
        QmpException unknown = await Assert.ThrowsAsync<QmpException>(() => qemu.ExecuteAsync(
            new RemoveBitmap("none", "a"), Token));
        Assert.False(unknown.IsCommandNotFound);
    }

    private static async Task<BlockNode> NodeWithAsync(QmpClient qemu, string bitmap) =>
        (await qemu.QueryNamedBlockNodesAsync(Token)).First(node => node.FindBitmap(bitmap) is not null);
}

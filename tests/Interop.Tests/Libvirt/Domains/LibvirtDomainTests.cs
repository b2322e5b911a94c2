using System.Xml.Linq;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Domains;

public sealed class LibvirtDomainTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_is_found_by_name_uuid_number_and_in_the_list()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain byName = await connection.LookupDomainAsync(TestNode.Machine, Token);
        using LibvirtDomain byUuid = await connection.LookupDomainAsync(TestNode.MachineUuid, Token);
        int? id = await byName.GetIdAsync(Token);
        Assert.NotNull(id);
        using LibvirtDomain byId = await connection.LookupDomainAsync(id.Value, Token);
        IReadOnlyList<LibvirtDomain> all = await connection.ListDomainsAsync(cancellationToken: Token);

        Assert.Equal(new DomainIdentity(TestNode.Machine, TestNode.MachineUuid), byUuid.Identity);
        Assert.Equal(byUuid.Identity, byName.Identity);
        Assert.Equal(byUuid.Identity, byId.Identity);
        Assert.Equal([byUuid.Identity], all.Select(domain => domain.Identity));
        Assert.All(all, domain => domain.Dispose());
        Assert.Equal(TestNode.Machine, byName.ToString());
    }

    [Fact]
    public async Task A_machine_that_is_not_there_is_an_error_with_a_code_or_null()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);

        LibvirtException error = await Assert.ThrowsAsync<LibvirtException>(
            () => connection.LookupDomainAsync("two", Token));

        Assert.Equal(VirErrorNumber.NoDomain, error.Code);
        Assert.Null(await connection.FindDomainAsync("two", Token));
        using LibvirtDomain? found = await connection.FindDomainAsync(TestNode.Machine, Token);
        Assert.NotNull(found);
    }

    [Fact]
    public async Task The_life_of_a_machine()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.DefineDomainAsync(
            TestNode.DomainXml("two"), cancellationToken: Token);
        Assert.Equal(VirDomainState.Shutoff, (await domain.GetStateAsync(Token)).State);
        Assert.False((await domain.GetStateAsync(Token)).IsActive);
        Assert.False(await domain.IsActiveAsync(Token));
        Assert.True(await domain.IsPersistentAsync(Token));
        Assert.Null(await domain.GetIdAsync(Token));

        await domain.StartAsync(VirDomainCreateFlags.None, Token);
        Assert.NotNull(await domain.GetIdAsync(Token));
        DomainStateInfo running = await domain.GetStateAsync(Token);
        Assert.Equal(VirDomainState.Running, running.State);
        Assert.True(running.IsActive);
        await domain.SuspendAsync(Token);
        Assert.Equal(
            new DomainStateInfo(VirDomainState.Paused, (int)VirDomainPausedReason.User),
            await domain.GetStateAsync(Token));
        await domain.ResumeAsync(Token);
        await domain.ResetAsync(Token);
        await domain.ShutdownAsync(cancellationToken: Token);
        Assert.Equal(VirDomainState.Shutoff, (await domain.GetStateAsync(Token)).State);

        LibvirtException twice = await Assert.ThrowsAsync<LibvirtException>(
            () => domain.DestroyAsync(cancellationToken: Token));
        Assert.Equal(VirErrorNumber.OperationInvalid, twice.Code);

        await domain.RenameAsync("three", Token);
        using (LibvirtDomain renamed = await connection.LookupDomainAsync("three", Token))
            Assert.Equal(domain.Uuid, renamed.Uuid);

        await domain.UndefineAsync(cancellationToken: Token);
        LibvirtException gone = await Assert.ThrowsAsync<LibvirtException>(() => domain.GetStateAsync(Token));
        Assert.Equal(VirErrorNumber.NoDomain, gone.Code);
    }

    [Fact]
    public async Task A_transient_machine_is_gone_when_it_ends()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.CreateDomainAsync(
            TestNode.DomainXml("two"), cancellationToken: Token);

        Assert.False(await domain.IsPersistentAsync(Token));
        await domain.DestroyAsync(cancellationToken: Token);

        Assert.Null(await connection.FindDomainAsync("two", Token));
    }

    [Fact]
    public async Task Its_description_is_xml_with_its_name()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);

        XElement xml = XElement.Parse(await domain.GetXmlAsync(VirDomainXMLFlags.Inactive, Token));

        Assert.Equal("domain", xml.Name);
        Assert.Equal(TestNode.Machine, xml.Element("name")!.Value);
    }

    [Fact]
    public async Task Memory_is_in_bytes_and_settings_are_kept()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);

        DomainInfo info = await domain.GetInfoAsync(Token);
        Assert.Equal(VirDomainState.Running, info.State);
        Assert.Equal(512L << 20, info.MaximumMemory);
        Assert.Equal(256L << 20, info.Memory);
        Assert.Equal(2, info.VirtualCpus);
        Assert.True(info.CpuTime > TimeSpan.Zero);

        await domain.SetMemoryAsync(128L << 20, VirDomainMemoryModFlags.Live, Token);
        Assert.Equal(128L << 20, (await domain.GetInfoAsync(Token)).Memory);

        Assert.False(await domain.GetAutostartAsync(Token));
        await domain.SetAutostartAsync(true, Token);
        Assert.True(await domain.GetAutostartAsync(Token));

        Assert.Null(await domain.GetMetadataAsync(VirDomainMetadataType.Title, cancellationToken: Token));
        await domain.SetMetadataAsync(VirDomainMetadataType.Title, "Grüße", cancellationToken: Token);
        Assert.Equal("Grüße", await domain.GetMetadataAsync(VirDomainMetadataType.Title, cancellationToken: Token));
        await domain.SetMetadataAsync(
            VirDomainMetadataType.Element, "<a>1</a>", "p", "urn:lvb", cancellationToken: Token);
        Assert.Equal(
            "1",
            XElement.Parse((await domain.GetMetadataAsync(
                VirDomainMetadataType.Element, "urn:lvb", cancellationToken: Token))!).Value);
        await domain.SetMetadataAsync(VirDomainMetadataType.Title, null, cancellationToken: Token);
        Assert.Null(await domain.GetMetadataAsync(VirDomainMetadataType.Title, cancellationToken: Token));
    }

    [Fact]
    public async Task Statistics_come_per_machine_and_in_bulk()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);

        TypedParameterList one = await domain.GetStatsAsync(VirDomainStatsTypes.State, cancellationToken: Token);
        IReadOnlyList<DomainStats> all =
            await connection.GetAllDomainStatsAsync(VirDomainStatsTypes.State, cancellationToken: Token);

        Assert.Equal((int)VirDomainState.Running, one.GetInt32("state.state"));
        DomainStats only = Assert.Single(all);
        Assert.Equal(domain.Identity, only.Domain);
        Assert.Equal(one, only.Parameters);
    }

    [Fact]
    public async Task File_systems_freeze_thaw_and_are_listed()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);

        IReadOnlyList<GuestFileSystem> fileSystems = await domain.GetFileSystemsAsync(Token);
        Assert.NotEmpty(fileSystems);
        Assert.Contains(fileSystems, one => one.MountPoint == "/" && one.Type == "ext4" && one.Disks.Count > 0);

        int frozen = await domain.FreezeFileSystemsAsync(null, Token);
        Assert.True(frozen > 0);
        Assert.Equal(0, await domain.FreezeFileSystemsAsync(["/"], Token));
        Assert.Equal(frozen, await domain.ThawFileSystemsAsync(null, Token));
        Assert.Equal(0, await domain.ThawFileSystemsAsync(null, Token));
        await domain.TrimFileSystemsAsync(null, cancellationToken: Token);
    }

    [Fact]
    public async Task Sizes_of_a_disk_are_in_bytes()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);

        BlockInfo info = await domain.GetBlockInfoAsync("vda", Token);
        Assert.True(info.Capacity > 0);
        Assert.True(info.Allocation > 0);

        LibvirtException error = await Assert.ThrowsAsync<LibvirtException>(
            () => domain.GetBlockInfoAsync("vdz", Token));
        Assert.Equal(VirErrorNumber.InvalidArg, error.Code);
    }

    [Fact]
    public async Task What_the_driver_can_not_do_is_a_typed_refusal()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);
        Func<Task>[] calls =
        [
            () => domain.BeginBackupAsync("<domainbackup/>", null, cancellationToken: Token),
            () => domain.GetBackupXmlAsync(Token),
            () => domain.GetJobStatsAsync(cancellationToken: Token),
            () => domain.AbortJobAsync(Token),
            () => domain.BlockCommitAsync("vda", cancellationToken: Token),
            () => domain.BlockPullAsync("vda", cancellationToken: Token),
            () => domain.BlockRebaseAsync("vda", null, cancellationToken: Token),
            () => domain.BlockCopyAsync("vda", "<disk/>", cancellationToken: Token),
            () => domain.GetBlockJobInfoAsync("vda", Token),
            () => domain.AbortBlockJobAsync("vda", cancellationToken: Token),
            () => domain.SetBlockJobSpeedAsync("vda", 1, Token),
            () => domain.BlockResizeAsync("vda", 1, Token),
            () => domain.SetBlockThresholdAsync("vda", 1, Token),
            () => domain.DetachDeviceAliasAsync("x", cancellationToken: Token),
            () => domain.UpdateDeviceAsync("<disk/>", cancellationToken: Token),
            () => domain.GetGuestInfoAsync(cancellationToken: Token),
            () => domain.QemuMonitorCommandAsync("{}", cancellationToken: Token),
            () => domain.QemuAgentCommandAsync("{}", null, Token),
        ];

        for (int i = 0; i < calls.Length; i++)
        {
            Exception? error = await Record.ExceptionAsync(calls[i]);
            Assert.True(error is LibvirtException { Code: VirErrorNumber.NoSupport }, $"call {i}: {error}");
        }
    }
}

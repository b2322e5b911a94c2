using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated.Wrappers;

/// <summary>The ways in which functions pass typed parameters and lists of structs.</summary>
public sealed class TypedParameterWrapperTests : IDisposable
{
    private readonly TestConnection _connection = new();
    private readonly DomainHandle _domain;

    public TypedParameterWrapperTests() => _domain = _connection.Domain();

    public void Dispose()
    {
        _domain.Dispose();
        _connection.Dispose();
    }

    [Fact]
    public void Parameters_whose_number_libvirt_tells_first_are_asked_for_twice()
    {
        const VirDomainModificationImpact Live = VirDomainModificationImpact.Live;
        TypedParameter limit = new ULongParameter(LibvirtConstants.VIR_DOMAIN_MEMORY_HARD_LIMIT, 123456);
        LibvirtFunctions.virDomainSetMemoryParameters(_domain, [limit], Live);

        TypedParameterList all = LibvirtFunctions.virDomainGetMemoryParameters(_domain, Live);

        Assert.Equal(3, all.Count);
        Assert.Contains(limit, all);
    }

    [Fact]
    public void Parameters_whose_number_another_function_tells_are_asked_for_once()
    {
        (string type, int count) = LibvirtFunctions.virDomainGetSchedulerType(_domain);

        TypedParameterList parameters = LibvirtFunctions.virDomainGetSchedulerParameters(_domain, count);

        Assert.Equal("fair", type);
        Assert.Equal(count, parameters.Count);
        Assert.NotNull(parameters.GetUInt64(LibvirtConstants.VIR_DOMAIN_SCHEDULER_WEIGHT));
    }

    [Fact]
    public void Parameters_that_libvirt_allocates_are_copied()
    {
        TypedParameterList parameters = LibvirtFunctions.virDomainGetPerfEvents(_domain);

        Assert.False(parameters.GetBoolean(LibvirtConstants.VIR_PERF_PARAM_CMT));
    }

    [Fact]
    public void Statistics_records_hold_a_handle_of_their_own()
    {
        VirDomainStatsRecord[] records = LibvirtFunctions.virConnectGetAllDomainStats(
            _connection.Handle, VirDomainStatsTypes.State);

        using DomainHandle domain = Assert.Single(records).Dom;
        Assert.Equal("test", LibvirtFunctions.virDomainGetName(domain));
        Assert.Equal((int)VirDomainState.Running, records[0].Params.GetInt32("state.state"));
    }

    [Fact]
    public void Statistics_of_named_domains_take_an_array_of_handles()
    {
        using DomainHandle again = _connection.Domain();

        VirDomainStatsRecord[] records = LibvirtFunctions.virDomainListGetStats(
            [_domain, again], VirDomainStatsTypes.State);

        Assert.Equal(2, records.Length);
        foreach (VirDomainStatsRecord record in records)
            record.Dom.Dispose();
    }

    [Fact]
    public void Lists_of_structs_are_copied_with_the_arrays_inside()
    {
        VirDomainFSInfo[] systems = LibvirtFunctions.virDomainGetFSInfo(_domain);
        VirDomainInterface[] interfaces = LibvirtFunctions.virDomainInterfaceAddresses(
            _domain, VirDomainInterfaceAddressesSource.Lease);

        Assert.Contains(systems, s => s is { Mountpoint: "/", Fstype: "ext4", DevAlias: ["vda"] });
        Assert.All(interfaces, i => Assert.NotEmpty(i.Addrs));
    }

    [Fact]
    public void Structs_in_memory_of_ours_are_copied()
    {
        Assert.NotEmpty(LibvirtFunctions.virDomainMemoryStats(_domain, 20));
        Assert.Equal(2, LibvirtFunctions.virDomainGetVcpus(_domain, 2, [], 0).Length);
        Assert.NotEmpty(LibvirtFunctions.virNodeGetCPUStats(_connection.Handle, -1));
        Assert.Equal(2, LibvirtFunctions.virNodeGetCellsFreeMemory(_connection.Handle, 0, 2).Length);
    }

    [Fact]
    public void A_bit_map_that_libvirt_allocates_has_a_bit_for_each_cpu()
    {
        (int cpus, byte[] map, uint online) = LibvirtFunctions.virNodeGetCPUMap(_connection.Handle);

        Assert.Equal((cpus + 7) / 8, map.Length);
        Assert.InRange(online, 1U, (uint)cpus);
    }

    [Fact]
    public void A_span_that_is_too_short_is_refused_before_libvirt_writes_past_it() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => LibvirtFunctions.virDomainGetVcpuPinInfo(_domain, 2, new byte[1], 1));

    [Fact]
    public void Arrays_with_one_count_must_be_of_one_length() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => LibvirtFunctions.virNodeAllocPages(_connection.Handle, [4], [1, 2], 0, 1));
}

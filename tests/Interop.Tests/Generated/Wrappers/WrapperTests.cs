using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated.Wrappers;

/// <summary>One test for each way in which a wrapper passes or returns something, on libvirt's test driver.</summary>
public sealed class WrapperTests : IDisposable
{
    private readonly TestConnection _connection = new();
    private readonly DomainHandle _domain;

    public WrapperTests() => _domain = _connection.Domain();

    public void Dispose()
    {
        _domain.Dispose();
        _connection.Dispose();
    }

    [Fact]
    public void A_uuid_has_the_order_of_its_text()
    {
        Guid uuid = LibvirtFunctions.virDomainGetUUID(_domain);

        Assert.Equal(TestConnection.Uuid, uuid.ToString());
        Assert.Equal(TestConnection.Uuid, LibvirtFunctions.virDomainGetUUIDString(_domain));
        using DomainHandle found = LibvirtFunctions.virDomainLookupByUUID(_connection.Handle, uuid);
        Assert.Equal("test", LibvirtFunctions.virDomainGetName(found));
    }

    [Fact]
    public void A_list_arrives_as_handles_that_work_on_their_own()
    {
        DomainHandle[] domains = LibvirtFunctions.virConnectListAllDomains(_connection.Handle);
        _connection.Dispose();

        Assert.Equal("test", LibvirtFunctions.virDomainGetName(Assert.Single(domains)));
        domains[0].Dispose();
    }

    [Fact]
    public void Flags_choose_what_a_list_holds() => Assert.Empty(
        LibvirtFunctions.virConnectListAllDomains(_connection.Handle, VirConnectListAllDomainsFlags.Inactive));

    [Fact]
    public void Struct_outputs_are_copied_with_typed_fields()
    {
        VirDomainInfo info = LibvirtFunctions.virDomainGetInfo(_domain);

        Assert.Equal(VirDomainState.Running, info.State);
        Assert.Equal(8UL * 1024 * 1024, info.MaxMem);
        Assert.Equal((ushort)2, info.NrVirtCpu);
    }

    [Fact]
    public void Several_outputs_come_as_a_tuple()
    {
        LibvirtFunctions.virDomainSuspend(_domain);

        (VirDomainState state, int reason) = LibvirtFunctions.virDomainGetState(_domain);

        Assert.Equal(VirDomainState.Paused, state);
        Assert.Equal((int)VirDomainPausedReason.User, reason);
    }

    [Fact]
    public void A_fixed_array_of_characters_becomes_a_text()
    {
        VirNodeInfo node = LibvirtFunctions.virNodeGetInfo(_connection.Handle);

        Assert.Equal("i686", node.Model);
        Assert.Equal(16U, node.Cpus);
    }

    [Fact]
    public void Texts_keep_their_characters_both_ways_whatever_their_length()
    {
        const VirDomainModificationImpact Live = VirDomainModificationImpact.Live;
        const VirDomainMetadataType Description = VirDomainMetadataType.Description;
        string text = string.Concat(Enumerable.Repeat("ünï¢ødé 🐧 ", 300)).TrimEnd();

        LibvirtFunctions.virDomainSetMetadata(_domain, Description, text, null, null, Live);

        Assert.Equal(text, LibvirtFunctions.virDomainGetMetadata(_domain, Description, null, Live));
    }

    [Fact]
    public void A_text_with_a_zero_is_refused_instead_of_cut()
    {
        var refusal = Assert.Throws<ArgumentException>(
            () => LibvirtFunctions.virDomainLookupByName(_connection.Handle, "test\0er"));

        Assert.Equal("name", refusal.ParamName);
    }

    [Fact]
    public void A_missing_argument_is_named()
    {
        Assert.Equal("name", Assert.Throws<ArgumentNullException>(
            () => LibvirtFunctions.virDomainLookupByName(_connection.Handle, null!)).ParamName);
        Assert.Equal("conn", Assert.Throws<ArgumentNullException>(
            () => LibvirtFunctions.virDomainLookupByName(null!, "test")).ParamName);
    }

    [Fact]
    public void A_disposed_handle_is_refused()
    {
        _domain.Dispose();

        Assert.Throws<ObjectDisposedException>(() => LibvirtFunctions.virDomainGetName(_domain));
    }

    [Fact]
    public void Names_in_an_array_of_ours_are_copied_and_cut_to_what_was_found()
    {
        Assert.Equal(["default-pool"], LibvirtFunctions.virConnectListStoragePools(_connection.Handle, 10));
        Assert.Empty(LibvirtFunctions.virConnectListStoragePools(_connection.Handle, 0));
        Assert.Equal([1], LibvirtFunctions.virConnectListDomains(_connection.Handle, 10));
    }

    [Fact]
    public void A_borrowed_connection_is_shared_and_may_be_disposed_before_and_after_the_other()
    {
        using (ConnectHandle shared = LibvirtFunctions.virDomainGetConnect(_domain))
            Assert.Equal("TEST", LibvirtFunctions.virConnectGetType(shared));
        ConnectHandle second = LibvirtFunctions.virDomainGetConnect(_domain);
        _connection.Dispose();
        _domain.Dispose();

        Assert.Equal("TEST", LibvirtFunctions.virConnectGetType(second));
        second.Dispose();
    }

    [Fact]
    public void A_borrowed_domain_is_shared_too()
    {
        using DomainCheckpointHandle checkpoint = LibvirtFunctions.virDomainCheckpointCreateXML(
            _domain, "<domaincheckpoint><name>one</name></domaincheckpoint>");
        for (int i = 0; i < 3; i++)
        {
            using DomainHandle domain = LibvirtFunctions.virDomainCheckpointGetDomain(checkpoint);
            Assert.Equal("test", LibvirtFunctions.virDomainGetName(domain));
        }

        Assert.Equal("one", LibvirtFunctions.virDomainCheckpointGetName(checkpoint));
    }

    [Fact]
    public void Truth_values_and_versions_are_no_integers()
    {
        Assert.True(LibvirtFunctions.virDomainIsActive(_domain));
        Assert.False(LibvirtFunctions.virDomainGetAutostart(_domain));
        LibvirtFunctions.virDomainSetAutostart(_domain, true);
        Assert.True(LibvirtFunctions.virDomainGetAutostart(_domain));
        Assert.Equal(2UL, LibvirtFunctions.virConnectGetVersion(_connection.Handle));
    }

    [Fact]
    public void A_text_that_may_be_absent_is_there_when_libvirt_has_it()
    {
        using NodeDeviceHandle host = LibvirtFunctions.virNodeDeviceLookupByName(_connection.Handle, "scsi_host1");

        Assert.Equal("computer", LibvirtFunctions.virNodeDeviceGetParent(host));
    }

    [Fact]
    public void A_stream_fills_the_callers_memory_until_its_end()
    {
        using StreamHandle stream = LibvirtFunctions.virStreamNew(_connection.Handle);
        string type = LibvirtFunctions.virDomainScreenshot(_domain, stream, 0);
        byte[] buffer = new byte[4096];
        long total = 0;
        int read;
        while ((read = LibvirtFunctions.virStreamRecv(stream, buffer)) > 0)
            total += read;
        LibvirtFunctions.virStreamFinish(stream);

        Assert.Equal("image/png", type);
        Assert.True(total > 0);
    }
}

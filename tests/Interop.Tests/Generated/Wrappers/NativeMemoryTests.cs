using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated.Wrappers;

/// <summary>What libvirt allocates for a wrapper is freed: many calls do not make the process grow.</summary>
[Collection(nameof(AfterAllOthers))]
public sealed class NativeMemoryTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private readonly TestConnection _connection = new();
    private readonly DomainHandle _domain;

    public NativeMemoryTests() => _domain = _connection.Domain();

    public void Dispose()
    {
        _domain.Dispose();
        _connection.Dispose();
    }

    [Fact]
    public void Texts_are_freed()
    {
        int length = LibvirtFunctions.virDomainGetXMLDesc(_domain).Length;

        AssertNoGrowth(length, () => LibvirtFunctions.virDomainGetXMLDesc(_domain));
    }

    [Fact]
    public void Arrays_of_handles_are_freed_with_the_handles() => AssertNoGrowth(32, () =>
    {
        foreach (DomainHandle domain in LibvirtFunctions.virConnectListAllDomains(_connection.Handle))
            domain.Dispose();
    });

    [Fact]
    public void Arrays_of_structs_are_freed_with_the_texts_inside() =>
        AssertNoGrowth(300, () => LibvirtFunctions.virDomainGetFSInfo(_domain));

    [Fact]
    public void Names_in_an_array_of_ours_are_freed() =>
        AssertNoGrowth(32, () => LibvirtFunctions.virConnectListNetworks(_connection.Handle, 50));

    [Fact]
    public void Typed_parameters_are_freed() =>
        AssertNoGrowth(1000, () => LibvirtFunctions.virDomainGetPerfEvents(_domain));

    [Fact]
    public void Arguments_are_freed_also_when_the_call_fails()
    {
        string name = new('x', 5000);
        AssertNoGrowth(name.Length, () => Assert.Throws<LibvirtException>(
            () => LibvirtFunctions.virDomainLookupByName(_connection.Handle, name)));
    }

    // The smallest leak adds up to 2 MiB, and half of what would leak is the bound: the runtime allocates a little too.
    private static void AssertNoGrowth(int bytesPerCall, Action call)
    {
        const int Calls = 2 * MiB / 32;
        for (int i = 0; i < 1000; i++)
            call();
        long before = MallocState.BytesInUse();
        for (int i = 0; i < Calls; i++)
            call();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.InRange(MallocState.BytesInUse() - before, long.MinValue, (long)Calls * bytesPerCall / 2);
    }
}

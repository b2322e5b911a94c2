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

    // The smallest leak adds up to half a MiB in each round, and half of what would leak is the bound. The runtime
    // allocates and frees by malloc too, in bursts: the median round has none of them, and a leak is in every round.
    private static void AssertNoGrowth(int bytesPerCall, Action call)
    {
        const int Rounds = 7;
        const int Calls = MiB / 2 / 32;
        long[] growths = new long[Rounds];
        Repeat(call, 1000);
        for (int round = 0; round < Rounds; round++)
        {
            long before = MallocState.BytesInUse();
            Repeat(call, Calls);
            growths[round] = MallocState.BytesInUse() - before;
        }

        Assert.InRange(growths.Order().ElementAt(Rounds / 2), long.MinValue, (long)Calls * bytesPerCall / 2);
    }

    private static void Repeat(Action call, int times)
    {
        for (int i = 0; i < times; i++)
            call();
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}

using System.Runtime.CompilerServices;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated.Wrappers;

/// <summary>Runs last, so that what it counts is what all the other tests left.</summary>
[Collection(nameof(AfterAllOthers))]
public sealed class HandleLeakTests
{
    [Fact]
    public void No_test_lets_a_handle_reach_its_finalizer_and_one_that_does_is_counted()
    {
        Collect();
        Assert.Empty(HandleLeaks.Drain());

        Leak();
        Collect();

        Assert.Equal(nameof(ConnectHandle), Assert.Single(HandleLeaks.Drain()));
    }

    // Not inlined, so that nothing keeps the handle alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leak() => _ = LibvirtFunctions.virConnectOpen("test:///default");

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}

using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Events;

/// <summary>Tests that stop the process's one event loop, or count what it holds, run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EventLoopCollection
{
    public const string Name = "the one event loop";
}

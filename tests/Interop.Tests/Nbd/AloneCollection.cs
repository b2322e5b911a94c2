using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

/// <summary>Tests that measure the whole process and so run while no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone in the process";
}

using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated.Wrappers;

/// <summary>Tests that run when all the parallel ones are done.</summary>
[CollectionDefinition(nameof(AfterAllOthers), DisableParallelization = true)]
public sealed class AfterAllOthers;

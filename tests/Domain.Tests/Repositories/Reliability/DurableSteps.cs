namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// Every durable step of what changes a repository, in order. A test records what is done and compares, so that a step
/// which is added is crashed at as well.
/// </summary>
internal static class DurableSteps
{
    internal static readonly string[] Backup =
        ["put locks", "put packs", "put indexes", "put points", "delete locks"];
}

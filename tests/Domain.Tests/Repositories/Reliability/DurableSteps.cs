namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// Every durable step of what changes a repository, in order. A test records what is done and compares, so that a step
/// which is added is crashed at as well.
/// </summary>
internal static class DurableSteps
{
    internal static readonly string[] Init = ["put config.json"];

    internal static readonly string[] InitEncrypted = ["put keys", "put config.json"];

    internal static readonly string[] Backup =
        ["put locks", "put packs", "put indexes", "put points", "delete locks"];

    internal static readonly string[] KeyAdd = ["put keys"];

    internal static readonly string[] KeyRemove = ["delete keys"];

    internal static readonly string[] KeyRotate = ["put keys", "delete keys"];

    internal static readonly string[] Forget = ["delete points"];
}

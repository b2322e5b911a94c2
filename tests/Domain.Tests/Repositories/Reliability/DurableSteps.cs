using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// Every durable step of what changes a repository, and of a restore, in order. A test records what is done and
/// compares, so that a step which is added is crashed at as well.
/// </summary>
internal static class DurableSteps
{
    internal static readonly string[] Init = ["put reserve", "put config.json"];

    internal static readonly string[] InitEncrypted = ["put keys", "put reserve", "put config.json"];

    internal static readonly string[] Backup =
        ["put locks", "put packs", "put indexes", "put points", "delete locks"];

    internal static readonly string[] KeyAdd = ["put keys"];

    internal static readonly string[] KeyRemove = ["put locks", "delete keys", "delete locks"];

    internal static readonly string[] KeyRotate = ["put locks", "put keys", "delete keys", "delete locks"];

    internal static readonly string[] Forget = ["delete points"];

    internal static readonly string[] Gc =
    [
        // The maintenance lock; what nobody needs.
        "put locks", "put condemned", "delete indexes", "delete packs", "delete condemned",
        // What is needed in part: a session writes it anew.
        "put locks", "put packs", "put indexes", "delete locks",
        "put condemned", "delete packs", "delete indexes", "delete condemned",
        // Small indexes are merged.
        "put indexes", "delete indexes", "delete indexes", "delete indexes", "delete locks",
    ];

    internal static readonly string[] Repair =
        ["put locks", "put indexes", "delete indexes", "delete locks"];

    // A restore: what it does to each disk. The repository only gets its session's lock, and loses it at the end.
    internal static readonly string[] RestoreNew =
    [
        nameof(RestoreStep.LockTaken), nameof(RestoreStep.PartialCreated), nameof(RestoreStep.DiskFlushed),
        // When all disks are complete.
        nameof(RestoreStep.MarkWritten), nameof(RestoreStep.DiskNamed), nameof(RestoreStep.NamesFlushed),
        // When the domain is defined.
        nameof(RestoreStep.MarkRemoved),
    ];

    internal static readonly string[] RestoreInPlace =
    [
        nameof(RestoreStep.LockTaken), nameof(RestoreStep.MarkWritten), nameof(RestoreStep.DiskFlushed),
        nameof(RestoreStep.MarkRemoved),
    ];

    internal static readonly string[] RestoreDefinition = [nameof(RestoreStep.DomainDefined)];

    /// <summary>Fails unless these are the steps that were recorded.</summary>
    internal static void AssertAll(IReadOnlyList<string> expected, RecordingBlobStore recording) =>
        AssertAll(expected, recording.DurableSteps);

    /// <inheritdoc cref="AssertAll(IReadOnlyList{string}, RecordingBlobStore)"/>
    internal static void AssertAll(IReadOnlyList<string> expected, IReadOnlyList<string> done) => Assert.True(
        expected.SequenceEqual(done, StringComparer.Ordinal),
        $"the durable steps are now: {string.Join(", ", done)}");
}

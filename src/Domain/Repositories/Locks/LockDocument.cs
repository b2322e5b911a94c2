using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Repositories.Locks;

/// <summary>Who works on a repository. Renewed under a new number, so that it never changes in place.</summary>
internal sealed record LockDocument
{
    public required LockKind Kind { get; init; }

    /// <summary>The machine's id, or its name where it has none.</summary>
    public required string Host { get; init; }

    public required ProcessIdentity Process { get; init; }

    public required DateTimeOffset Refreshed { get; init; }

    /// <summary>What is being done, for people: <c>backup of web</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>Points that have to stay meanwhile; of a removal, the one that is to go. Null for none.</summary>
    public IReadOnlyList<string>? Points { get; init; }
}

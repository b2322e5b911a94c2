namespace LibvirtBackup.Qmp;

/// <summary>The answer of <c>query-version</c> as QEMU sends it.</summary>
internal sealed record VersionAnswer
{
    public required VersionTriple Qemu { get; init; }

    public required string Package { get; init; }
}

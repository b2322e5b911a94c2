namespace LibvirtBackup.Qmp;

/// <summary>The three numbers of a QEMU version as QEMU sends them.</summary>
internal sealed record VersionTriple
{
    public required int Major { get; init; }

    public required int Minor { get; init; }

    public required int Micro { get; init; }
}

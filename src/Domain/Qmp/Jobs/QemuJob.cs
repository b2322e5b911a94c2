namespace LibvirtBackup.Qmp;

/// <summary>A job of QEMU, as <c>query-jobs</c> shows it (QEMU 3.0); libvirt's own are among them.</summary>
internal sealed record QemuJob
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>What it does, such as <c>backup</c>.</summary>
    public required string Type { get; init; }

    /// <summary>How it is, such as <c>running</c> or <c>concluded</c>.</summary>
    public required string Status { get; init; }

    /// <summary>QEMU's text when it failed; null when not, or not yet.</summary>
    public string? Error { get; init; }
}

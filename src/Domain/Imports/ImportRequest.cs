namespace LibvirtBackup.Imports;

/// <summary>What is to become restore points. Data only; validated before anything is read.</summary>
internal sealed record ImportRequest
{
    /// <summary>
    /// The directory of an image set (<c>push</c>, <c>export</c>) or of a virtnbdbackup backup; null for single images.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>
    /// Images of one instant by target name (<c>vda</c>), with all that lies behind them; empty for a directory.
    /// </summary>
    public IReadOnlyDictionary<string, string> Images { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The formats of single images by target name, <c>qcow2</c> or <c>raw</c>; those of the others are as the
    /// definition says.
    /// </summary>
    public IReadOnlyDictionary<string, string> Formats { get; init; } = new Dictionary<string, string>();

    /// <summary>The domain's definition, a file, for single images; it names the domain.</summary>
    public string? Definition { get; init; }

    /// <summary>The track of the points; default <c>imported</c>.</summary>
    public string Track { get; init; } = "imported";

    /// <summary>
    /// Where a virtnbdbackup backup is put together, as sparse files of the disks' sizes; null: the state directory.
    /// </summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>Checks what can be checked without files.</summary>
    /// <exception cref="BackupException">Usage: values that make no sense, or not together.</exception>
    public void Validate()
    {
        Backups.Planning.CheckpointNaming.ValidateTrack(Track);
        if (Directory is null == (Images.Count == 0))
            throw new BackupException(
                FailureKind.Usage, "an import is of one directory or of single images; give one or the other");
        if (Images.Count > 0 && Definition is null)
            throw new BackupException(
                FailureKind.Usage,
                "single images do not say whose they are; give the domain's definition ('virsh dumpxml --inactive')");
        if (Formats.Keys.FirstOrDefault(disk => !Images.ContainsKey(disk)) is { } stray)
            throw new BackupException(
                FailureKind.Usage, $"a format is given for disk '{stray}', which is not among the single images");
        if (Formats.FirstOrDefault(one => one.Value is not ("qcow2" or "raw")) is { Key: { } disk } other)
            throw new BackupException(
                FailureKind.Usage,
                $"disk '{disk}' cannot be imported from format '{other.Value}'; convert it to qcow2 or raw ('qemu-img "
                + "convert')");
        if (Directory is not null && Definition is not null)
            throw new BackupException(FailureKind.Usage, "a directory has its definition; leave --definition out");
    }
}

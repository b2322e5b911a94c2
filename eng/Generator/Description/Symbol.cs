namespace LibvirtBackup.Generator.Description;

/// <summary>What every described symbol has: its C name, its header, and the libvirt version that brought it.</summary>
internal abstract record Symbol
{
    public required string Name { get; init; }

    /// <summary>The header's base name, such as <c>libvirt-domain</c>.</summary>
    public required string File { get; init; }

    public required Version Since { get; init; }
}

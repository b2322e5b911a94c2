namespace LibvirtBackup.Generator.Description;

internal sealed record StructSymbol : Symbol
{
    /// <summary>The C tag, such as <c>_virDomainInfo</c>; aliases of one struct share it.</summary>
    public required string Tag { get; init; }

    public required IReadOnlyList<StructField> Fields { get; init; }

    /// <summary>A struct without fields is known by pointer only: a handle.</summary>
    public bool IsOpaque => Fields.Count == 0;
}

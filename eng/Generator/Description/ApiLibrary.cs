namespace LibvirtBackup.Generator.Description;

/// <summary>Everything one description file says about one shared library.</summary>
internal sealed record ApiLibrary
{
    /// <summary>The library's name in the description: <c>libvirt</c> or <c>libvirt-qemu</c>.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<FunctionSymbol> Functions { get; init; }

    public required IReadOnlyList<CallbackSymbol> Callbacks { get; init; }

    public required IReadOnlyList<EnumSymbol> Enums { get; init; }

    public required IReadOnlyList<StructSymbol> Structs { get; init; }

    public required IReadOnlyList<TypedefSymbol> Typedefs { get; init; }

    public required IReadOnlyList<MacroSymbol> Macros { get; init; }

    public required IReadOnlyList<VariableSymbol> Variables { get; init; }
}

namespace LibvirtBackup.Generator.Description;

/// <summary>Both descriptions as one symbol table: libvirt-qemu uses libvirt's types.</summary>
internal sealed class ApiDescription
{
    private readonly Dictionary<string, TypedefSymbol> _typedefs;
    private readonly Dictionary<string, StructSymbol> _structs;
    private readonly Dictionary<string, CallbackSymbol> _callbacks;
    private readonly Dictionary<string, EnumSymbol> _enums;
    private readonly ConstantValues _constants;

    public ApiDescription(ApiLibrary libvirt, ApiLibrary qemu)
    {
        Libvirt = libvirt;
        Qemu = qemu;
        Libraries = [libvirt, qemu];
        _typedefs = Libraries.SelectMany(l => l.Typedefs).ToDictionary(t => t.Name);
        _structs = Libraries.SelectMany(l => l.Structs).ToDictionary(s => s.Name);
        _callbacks = Libraries.SelectMany(l => l.Callbacks).ToDictionary(c => c.Name);
        _enums = Libraries.SelectMany(l => l.Enums).ToDictionary(e => e.Name);
        _constants = new ConstantValues(Libraries.SelectMany(l => l.Enums));
    }

    public ApiLibrary Libvirt { get; }

    public ApiLibrary Qemu { get; }

    public IReadOnlyList<ApiLibrary> Libraries { get; }

    /// <summary>The release that the description describes, from <c>LIBVIR_VERSION_NUMBER</c>.</summary>
    public Version Version
    {
        get
        {
            MacroSymbol macro = Libvirt.Macros.Single(m => m.Name == "LIBVIR_VERSION_NUMBER");
            int number = int.Parse(macro.Expression);
            return new Version(number / 1_000_000, number / 1000 % 1000, number % 1000);
        }
    }

    /// <summary>Reads <c>libvirt-api.xml</c> and <c>libvirt-qemu-api.xml</c> from a folder.</summary>
    public static ApiDescription Load(string folder) => new(
        ApiReader.Read(Path.Combine(folder, "libvirt-api.xml")),
        ApiReader.Read(Path.Combine(folder, "libvirt-qemu-api.xml")));

    public CallbackSymbol? Callback(string name) => _callbacks.GetValueOrDefault(name);

    public EnumSymbol? Enum(string name) => _enums.GetValueOrDefault(name);

    public StructSymbol? Struct(string name) => _structs.GetValueOrDefault(name);

    /// <summary>The struct a <c>virXxxPtr</c> points to, aliases resolved; null for any other name.</summary>
    public StructSymbol? Pointee(string name)
    {
        string? target = _typedefs.GetValueOrDefault(name)?.Target;
        if (target?.EndsWith(" *", StringComparison.Ordinal) != true)
            return null;
        return Struct(target[..^2]) is { } symbol ? Canonical(symbol) : null;
    }

    /// <summary>The plain C type behind a scalar typedef such as <c>virDomainBlockJobCursor</c>; else null.</summary>
    public string? ScalarAlias(string name) =>
        _typedefs.TryGetValue(name, out TypedefSymbol? typedef) && typedef.Target != "enum" ? typedef.Target : null;

    /// <summary>
    /// virSchedParameter, virBlkioParameter and virMemoryParameter are older names of virTypedParameter: the
    /// struct whose name fits the tag stands for all of them.
    /// </summary>
    public StructSymbol Canonical(StructSymbol symbol) =>
        _structs.Values.Count(s => s.Tag == symbol.Tag) == 1
            ? symbol
            : _structs.Values.Single(s => s.Tag == symbol.Tag && "_" + s.Name == s.Tag);

    public long Value(EnumConstant constant) => _constants.Resolve(constant).Value;

    /// <summary>An enum is a set of flags when a constant of it is one bit, directly or by another's name.</summary>
    public bool IsFlags(EnumSymbol symbol) => symbol.Constants.Any(c => _constants.Resolve(c).IsBit);
}

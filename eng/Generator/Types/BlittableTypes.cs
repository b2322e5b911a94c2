using LibvirtBackup.Generator.Description;

namespace LibvirtBackup.Generator.Types;

/// <summary>The C# type that has exactly the layout of a C type, for imports and raw structs.</summary>
internal sealed class BlittableTypes(ApiDescription api)
{
    private static readonly Dictionary<string, string> s_scalars = new()
    {
        ["void"] = "void",
        ["char"] = "byte",
        ["unsigned char"] = "byte",
        ["unsigned short"] = "ushort",
        ["int"] = "int",
        ["unsigned int"] = "uint",
        // libvirt.so.0 exists on ELF systems only, where C's long has the width of a pointer.
        ["unsigned long"] = "nuint",
        ["size_t"] = "nuint",
        ["long long"] = "long",
        ["long long int"] = "long",
        ["unsigned long long"] = "ulong",
        ["unsigned long long int"] = "ulong",
        ["double"] = "double",
    };

    public string Of(CType type, string symbol) =>
        BaseOf(type.Base, symbol) + new string('*', type.Pointers);

    /// <summary>The function-pointer type of a callback.</summary>
    public string Of(CallbackSymbol callback)
    {
        IEnumerable<string> types = callback.Parameters.Append(callback.Return).Select(p => Of(p.Type, callback.Name));
        return $"delegate* unmanaged[Cdecl]<{string.Join(", ", types)}>";
    }

    private string BaseOf(string name, string symbol)
    {
        if (s_scalars.TryGetValue(name, out string? scalar))
            return scalar;
        if (api.Callback(name) is { } callback)
            return Of(callback);
        if (api.Pointee(name) is { } pointee)
            return pointee.IsOpaque ? "nint" : pointee.Name + "*";
        if (api.Enum(name) is { } constants)
            return Naming.PublicType(constants.Name);
        if (api.Struct(name) is { IsOpaque: false } direct)
            return api.Canonical(direct).Name;
        if (api.ScalarAlias(name) is { } target && s_scalars.TryGetValue(target, out scalar))
            return scalar;
        throw new GeneratorException(symbol, $"uses the C type '{name}', which the generator does not know");
    }
}

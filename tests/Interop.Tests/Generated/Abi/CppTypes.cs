using System.Reflection;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Interop.Tests.Generated.Abi;

/// <summary>
/// Writes our blittable types as C++ types, as the bindings understand them: every opaque pointer is a Handle*,
/// a byte is an unsigned char. The prelude of <see cref="CppProgram"/> brings libvirt's own types to the same form.
/// </summary>
internal static class CppTypes
{
    private static readonly Dictionary<Type, string> s_scalars = new()
    {
        [typeof(void)] = "void",
        [typeof(byte)] = "unsigned char",
        [typeof(ushort)] = "unsigned short",
        [typeof(int)] = "int",
        [typeof(uint)] = "unsigned int",
        [typeof(long)] = "long long",
        [typeof(ulong)] = "unsigned long long",
        [typeof(nuint)] = "unsigned long",
        [typeof(nint)] = "Handle *",
        [typeof(double)] = "double",
    };

    public static string Of(Type type)
    {
        if (s_scalars.TryGetValue(type, out string? scalar))
            return scalar;
        if (type.IsPointer)
            return Of(type.GetElementType()!) + " *";
        if (type.IsFunctionPointer)
            return Function(type) + " *";
        return type.GetCustomAttribute<LibvirtSymbolAttribute>()!.Name;
    }

    /// <summary>The function behind a function pointer.</summary>
    public static string Function(Type pointer) =>
        Function(pointer.GetFunctionPointerReturnType(), pointer.GetFunctionPointerParameterTypes());

    public static string Function(Type result, IEnumerable<Type> parameters) =>
        $"Fn<{string.Join(", ", parameters.Prepend(result).Select(Of))}>";
}

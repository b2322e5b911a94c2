using System.Reflection;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>Names of types as C# writes them, with nullability.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    /// <summary>The name of a type that is declared: with its outer types and its type parameters.</summary>
    public static string Declared(Type type)
    {
        string outer = type.DeclaringType is { } declaring ? Declared(declaring) + "." : string.Empty;
        string[] arguments = [.. type.GetGenericArguments().Select(a => a.Name)];
        return outer + type.Name.Split('`')[0] + (
            arguments.Length == 0 ? string.Empty : $"<{string.Join(", ", arguments)}>");
    }

    /// <summary>The name of a type that is used.</summary>
    public static string Used(Type type) => Used(type, null);

    public static string Used(ParameterInfo parameter) =>
        Used(parameter.ParameterType, new NullabilityInfoContext().Create(parameter));

    public static string Used(PropertyInfo property) =>
        Used(property.PropertyType, new NullabilityInfoContext().Create(property));

    public static string Used(FieldInfo field) =>
        Used(field.FieldType, new NullabilityInfoContext().Create(field));

    private static string Used(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
            return Used(type.GetElementType()!, nullability); // a reference has a referent
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Used(value) + "?";
        bool isNullable = nullability is { ReadState: NullabilityState.Nullable } && !type.IsValueType;
        return Plain(type, nullability) + (isNullable ? "?" : string.Empty);
    }

    private static string Plain(Type type, NullabilityInfo? nullability)
    {
        if (s_keywords.TryGetValue(type, out string? keyword))
            return keyword;
        if (type.IsArray)
            return Used(type.GetElementType()!, nullability?.ElementType) + "[]"; // an array has elements
        if (type.IsPointer)
            return Used(type.GetElementType()!) + "*"; // a pointer has a referent
        if (!type.IsGenericType)
            return type.IsNested && !type.IsGenericParameter ? Declared(type) : type.Name;
        Type[] arguments = type.GetGenericArguments();
        NullabilityInfo[]? inner = nullability?.GenericTypeArguments;
        IEnumerable<string> names = arguments.Select(
            (argument, i) => Used(argument, inner is { } known && i < known.Length ? known[i] : null));
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", names)}>";
    }
}

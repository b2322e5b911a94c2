using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>
/// The public surface of an assembly as text, one member in a line, in ordinal order. A type that the generator wrote
/// is one line with a count and a hash: its members are libvirt's, and another test compares them with the
/// description.
/// </summary>
internal sealed class ApiPrinter(IReadOnlySet<string> generatedTypes)
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public string Print(IEnumerable<Type> types)
    {
        StringBuilder text = new();
        foreach (IGrouping<string?, Type> space in types.GroupBy(t => t.Namespace).OrderBy(
            g => g.Key, StringComparer.Ordinal))
        {
            text.Append(text.Length == 0 ? string.Empty : "\n").Append("namespace ").Append(space.Key).Append('\n');
            foreach (Type type in space.OrderBy(TypeNames.Declared, StringComparer.Ordinal))
                PrintType(text, type);
        }

        return text.ToString();
    }

    private void PrintType(StringBuilder text, Type type)
    {
        string[] members = [.. Members(type).Order(StringComparer.Ordinal)];
        text.Append('\n').Append(Declaration(type));
        if (generatedTypes.Contains((type.DeclaringType ?? type).Name.Split('`')[0]))
        {
            byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', members)));
            string digest = Convert.ToHexStringLower(hash)[..16];
            text.Append(CultureInfo.InvariantCulture, $" // generated: {members.Length} members, {digest}\n");
            return;
        }

        text.Append('\n');
        foreach (string member in members)
            text.Append("    ").Append(member).Append('\n');
    }

    private static string Declaration(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!; // delegates have it
            return $"public delegate {Signature(invoke, TypeNames.Declared(type))}";
        }

        bool isRecord = type.GetMethod("PrintMembers", Declared) is not null;
        string kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => isRecord ? "record struct" : "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => isRecord ? "abstract record" : "abstract class",
            { IsSealed: true } => isRecord ? "sealed record" : "sealed class",
            _ => isRecord ? "record" : "class",
        };
        string flags = type.IsDefined(typeof(FlagsAttribute)) ? "[Flags] " : string.Empty;
        string readOnly = type.IsValueType && type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : string.Empty;
        string[] bases = [.. Bases(type, isRecord)];
        string suffix = bases.Length == 0 ? string.Empty : $" : {string.Join(", ", bases)}";
        return $"{flags}public {readOnly}{kind} {TypeNames.Declared(type)}{suffix}";
    }

    private static IEnumerable<string> Bases(Type type, bool isRecord)
    {
        if (type.IsEnum)
            return [TypeNames.Used(Enum.GetUnderlyingType(type))];
        IEnumerable<string> own = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType)
            ? [TypeNames.Used(parent)]
            : [];
        string equatable = $"IEquatable<{TypeNames.Declared(type)}>";
        return own.Concat(type.GetInterfaces()
            .Except(type.BaseType?.GetInterfaces() ?? [])
            .Where(i => i.IsVisible)
            .Select(TypeNames.Used)
            .Where(name => !isRecord || !name.StartsWith("IEquatable<", StringComparison.Ordinal) || name == equatable)
            .Where(name => !isRecord || name != equatable)
            .Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Members(Type type) => type.IsSubclassOf(typeof(Delegate)) ? [] : type
        .GetMembers(Declared)
        .Where(m => !m.IsDefined(typeof(CompilerGeneratedAttribute)) && !m.Name.Contains('<', StringComparison.Ordinal))
        .Select(member => member switch
        {
            ConstructorInfo constructor when IsVisible(constructor) =>
                $"{Access(constructor)}{Signature(constructor, TypeNames.Declared(type).Split('<')[0])}",
            FieldInfo field when IsVisible(field) && !field.IsSpecialName => Field(field),
            PropertyInfo property => Property(property),
            EventInfo { AddMethod: { } add } raised when IsVisible(add) =>
                $"{Access(add)}event {TypeNames.Used(raised.EventHandlerType!)} {raised.Name}", // events have a type
            MethodInfo method when IsVisible(method) && IsOwn(method) =>
                $"{Access(method)}{Modifiers(method)}{Signature(method, MethodName(method))}",
            _ => null,
        })
        .OfType<string>();

    private static bool IsOwn(MethodInfo method) =>
        method.GetBaseDefinition().DeclaringType == method.DeclaringType
        && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    private static string MethodName(MethodInfo method) => method.IsGenericMethod
        ? $"{method.Name}<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>"
        : method.Name;

    private static string Signature(MethodBase method, string name)
    {
        string returned = method is MethodInfo { ReturnParameter: var result }
            ? TypeNames.Used(result) + " "
            : string.Empty;
        return $"{returned}{name}({string.Join(", ", method.GetParameters().Select(Parameter))})";
    }

    private static string Parameter(ParameterInfo parameter)
    {
        string prefix = parameter switch
        {
            { IsOut: true } => "out ",
            { ParameterType.IsByRef: true, IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) => "params ",
            _ => string.Empty,
        };
        string suffix = parameter.HasDefaultValue ? $" = {Value(parameter.DefaultValue)}" : string.Empty;
        return $"{prefix}{TypeNames.Used(parameter)} {parameter.Name}{suffix}";
    }

    private static string Field(FieldInfo field)
    {
        if (field.DeclaringType!.IsEnum) // a field is declared somewhere
            return $"{field.Name} = {Convert.ToDecimal(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}";
        string kind = field.IsLiteral
            ? "const "
            : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
        string value = field.IsLiteral ? $" = {Value(field.GetRawConstantValue())}" : string.Empty;
        return $"{(field.IsPublic ? string.Empty : "protected ")}{kind}{TypeNames.Used(field)} {field.Name}{value}";
    }

    private static string? Property(PropertyInfo property)
    {
        MethodInfo? getter = property.GetMethod is { } get && IsVisible(get) ? get : null;
        MethodInfo? setter = property.SetMethod is { } set && IsVisible(set) ? set : null;
        if ((getter ?? setter) is not { } accessor)
            return null;
        if (accessor.GetBaseDefinition().DeclaringType != property.DeclaringType)
            return null;
        bool isInit = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        string accessors = (getter is null ? "" : "get; ") + (setter is null ? "" : isInit ? "init; " : "set; ");
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : string.Empty;
        string index = string.Join(", ", property.GetIndexParameters().Select(Parameter));
        string name = index.Length == 0 ? property.Name : $"this[{index}]";
        return $"{Access(accessor)}{required}{Modifiers(accessor)}{TypeNames.Used(property)} {name} {{ {accessors}}}";
    }

    private static string Modifiers(MethodInfo method) => method switch
    {
        { DeclaringType.IsInterface: true } => string.Empty,
        { IsStatic: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => string.Empty,
    };

    private static string Access(MethodBase method) => method.IsPublic ? string.Empty : "protected ";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsVisible(FieldInfo field) => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    private static string Value(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!, // a constant has a text
    };
}

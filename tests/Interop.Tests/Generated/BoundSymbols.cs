using System.Reflection;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Interop.Tests.Generated;

/// <summary>What the built assembly binds, found by reflection and not by the generator.</summary>
internal static class BoundSymbols
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Assembly s_interop = typeof(LibvirtException).Assembly;

    /// <summary>The libvirt version that the bindings were generated from.</summary>
    public static Version Version { get; } = new(
        LibvirtConstants.LIBVIR_VERSION_NUMBER / 1_000_000,
        LibvirtConstants.LIBVIR_VERSION_NUMBER / 1000 % 1000,
        LibvirtConstants.LIBVIR_VERSION_NUMBER % 1000);

    /// <summary>Every name in a LibvirtSymbol attribute, with the version it states.</summary>
    public static IReadOnlyCollection<(string Name, string Since)> All() =>
        s_interop.GetTypes().SelectMany(t => t.GetMembers(Everything).Append(t))
            .Select(m => m.GetCustomAttribute<LibvirtSymbolAttribute>())
            .OfType<LibvirtSymbolAttribute>().Select(a => (a.Name, a.Since)).ToHashSet();

    /// <summary>The raw imports.</summary>
    public static IReadOnlyList<MethodInfo> Imports() => Methods("Native", MethodAttributes.PinvokeImpl);

    /// <summary>The checked wrappers.</summary>
    public static IReadOnlyList<MethodInfo> Wrappers() => Methods("Functions", MethodAttributes.Public);

    /// <summary>The raw structs and callbacks, and the enums.</summary>
    public static IReadOnlyList<Type> Types() =>
        [.. s_interop.GetTypes().Where(t => t.IsValueType && t.IsDefined(typeof(LibvirtSymbolAttribute)))];

    /// <summary>The macros that are constants.</summary>
    public static IReadOnlyList<FieldInfo> Constants() => [.. typeof(LibvirtConstants).GetFields()];

    private static MethodInfo[] Methods(string suffix, MethodAttributes attribute) =>
    [
        .. s_interop.GetTypes()
            .Where(t => t.Name == "Libvirt" + suffix || t.Name == "LibvirtQemu" + suffix)
            .SelectMany(t => t.GetMethods(Everything))
            .Where(m => m.Attributes.HasFlag(attribute) && m.IsDefined(typeof(LibvirtSymbolAttribute))),
    ];
}

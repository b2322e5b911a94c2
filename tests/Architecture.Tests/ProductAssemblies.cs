using System.Reflection;
using System.Runtime.CompilerServices;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>The assemblies under test.</summary>
internal static class ProductAssemblies
{
    public static IReadOnlyList<string> Names { get; } = ["LibvirtBackup.Interop", "LibvirtBackup", "lvbackup"];

    public static Assembly Load(string name) => Assembly.Load(new AssemblyName(name));

    /// <summary>Closures, display classes and types that the compiler embeds.</summary>
    public static bool IsCompilerMade(Type type) =>
        type.Name.Contains('<', StringComparison.Ordinal)
        || type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);
}

using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace LibvirtBackup.Architecture.Tests;

/// <summary>Rules on the shape of types and methods.</summary>
public sealed class TypeRulesTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] s_emptyNames = ["Helper", "Helpers", "Util", "Utils", "Utilities", "Manager"];

    private static readonly Type[] s_types = [.. ProductAssemblies.Names
        .SelectMany(name => ProductAssemblies.Load(name).GetTypes())
        .Where(type => !ProductAssemblies.IsCompilerMade(type) && !IsWithinCompilerMade(type))];

    [Fact]
    public void Every_class_is_sealed_static_or_a_base() => Breaches.None(s_types
        .Where(t => t is { IsClass: true, IsSealed: false } && !IsBase(t))
        .Select(t => t.FullName!));

    [Fact]
    public void No_type_is_named_for_helping_instead_of_for_what_it_is() => Breaches.None(s_types
        .Where(t => s_emptyNames.Any(end => t.Name.EndsWith(end, StringComparison.Ordinal)))
        .Select(t => t.FullName!));

    [Fact]
    public void No_folder_is_named_for_a_kind_of_code() => Breaches.None(RepositoryTree.Files("src", "*.cs")
        .Where(path => path.Split('/').Any(part => part is "Models" or "Helpers" or "Utils" or "Managers")));

    [Fact]
    public void No_method_is_async_void() => Breaches.None(Methods()
        .Where(m => m.ReturnType == typeof(void) && m.IsDefined(typeof(AsyncStateMachineAttribute)))
        .Select(Name));

    [Fact]
    public void A_cancellation_token_comes_last() => Breaches.None(Methods()
        .Where(m => m.GetParameters() is { Length: > 1 } parameters
            && parameters.SkipWhile(p => p.ParameterType != typeof(CancellationToken)).Skip(1).Any(p => !p.IsOut))
        .Select(Name));

    [Fact]
    public void A_method_that_returns_a_task_says_so_in_its_name() => Breaches.None(Methods()
        .Where(m => m.IsPublic && m.DeclaringType!.IsVisible && !m.IsSpecialName)
        .Where(m => typeof(Task).IsAssignableFrom(m.ReturnType) && !m.Name.EndsWith("Async", StringComparison.Ordinal))
        .Select(Name));

    private static IEnumerable<MethodInfo> Methods() => s_types
        .Where(t => !t.IsSubclassOf(typeof(Delegate)))
        .SelectMany(t => t.GetMethods(All))
        .Where(m => !m.Name.Contains('<', StringComparison.Ordinal));

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.FullName}.{method.Name}";

    private static bool IsBase(Type type) => type.IsAbstract || s_types.Any(t => Definition(t.BaseType) == type);

    private static Type? Definition(Type? type) =>
        type is { IsGenericType: true } ? type.GetGenericTypeDefinition() : type;

    private static bool IsWithinCompilerMade(Type type) =>
        type.DeclaringType is { } outer && (ProductAssemblies.IsCompilerMade(outer) || IsWithinCompilerMade(outer));
}

using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Interop.Tests.Generated.Abi;

/// <summary>
/// Writes a C++ file of static assertions from the built assembly: it compiles only if every struct, enum constant,
/// macro, callback and function of ours is what libvirt's headers say.
/// </summary>
/// <param name="version">The headers' libvirt version; younger symbols are left out.</param>
/// <param name="exact">
/// Whether the bindings are of that very version. The constants that count the others, *_LAST and *_NR, and the
/// version number differ between versions.
/// </param>
internal sealed class CppProgram(Version version, bool exact)
{
    private const string Prelude = """
        #include <cstddef>
        #include <type_traits>
        #define VIR_ENUM_SENTINELS
        #include <libvirt/libvirt.h>
        #include <libvirt/libvirt-qemu.h>
        #include <libvirt/virterror.h>

        struct Handle;
        template <class R, class... A> using Fn = R(A...);
        template <class T, class = void> struct IsComplete : std::false_type {};
        template <class T> struct IsComplete<T, decltype(void(sizeof(T)))> : std::true_type {};

        template <class T> struct Same { using type = T; };
        template <> struct Same<char> { using type = unsigned char; };
        template <class T> using SameT = typename Same<T>::type;
        template <class T> struct Same<const T> { using type = SameT<T>; };
        template <class T, std::size_t N> struct Same<T[N]> { using type = SameT<T>[N]; };
        template <class R, class... A> struct Same<R(A...)> { using type = SameT<R>(SameT<A>...); };
        template <class T> struct Same<T *> {
          using Plain = std::remove_cv_t<T>;
          using type = std::conditional_t<std::is_class_v<Plain> && !IsComplete<Plain>::value, Handle, SameT<Plain>> *;
        };
        #define FUNCTION(name, ...) static_assert(std::is_same_v<SameT<decltype(name)>, SameT<__VA_ARGS__>>, #name)
        #define CALLBACK(name, ...) static_assert(std::is_same_v<SameT<name>, SameT<__VA_ARGS__ *>>, #name)
        #define FIELD(type, name, offset, ...) \
          static_assert(offsetof(type, name) == offset, #type "." #name " offset"); \
          static_assert(std::is_same_v<SameT<decltype(((type *)0)->name)>, SameT<__VA_ARGS__>>, #type "." #name)
        #define SIZE(type, size) static_assert(sizeof(type) == size, #type)
        #define NUMBER(name, value) static_assert((long long)(name) == value, #name)
        #define TEXT(name, value) static_assert(__builtin_strcmp(name, value) == 0, #name)

        """;

    private readonly StringBuilder _text = new(Prelude);
    private readonly HashSet<string> _asserted = [];

    /// <summary>The symbols that the program says something about.</summary>
    public IReadOnlySet<string> Asserted => _asserted;

    /// <summary>Whether a constant counts the others and so differs between versions.</summary>
    public static bool Moves(string constant) =>
        constant.EndsWith("_LAST", StringComparison.Ordinal)
        || constant.EndsWith("_NR", StringComparison.Ordinal)
        || constant == "LIBVIR_VERSION_NUMBER";

    public override string ToString() => _text.ToString();

    public CppProgram AddEverything()
    {
        foreach (MethodInfo import in BoundSymbols.Imports().Where(IsKnown))
        {
            string type = CppTypes.Function(import.ReturnType, import.GetParameters().Select(p => p.ParameterType));
            Add(import.Name, $"FUNCTION({import.Name}, {type});");
        }

        foreach (Type type in BoundSymbols.Types().Where(IsKnown))
            AddType(type);
        foreach (FieldInfo constant in BoundSymbols.Constants().Where(IsKnown))
            AddConstant(constant);
        return this;
    }

    private void AddType(Type type)
    {
        if (type.IsEnum)
        {
            // A flags enum may have a member 'None' of our own.
            foreach (FieldInfo constant in type.GetFields().Where(f => f.IsDefined(typeof(LibvirtSymbolAttribute))))
                AddNumber(Symbol(constant).Name, constant);
        }
        else if (type.GetProperty("Function") is { PropertyType.IsFunctionPointer: true } callback)
        {
            Add(Symbol(type).Name, $"CALLBACK({Symbol(type).Name}, {CppTypes.Function(callback.PropertyType)});");
        }
        else
        {
            AddStruct(type);
        }
    }

    private void AddStruct(Type type)
    {
        Add(type.Name, $"SIZE({type.Name}, {Marshal.SizeOf(type)});");
        foreach (FieldInfo field in type.GetFields())
        {
            long offset = Marshal.OffsetOf(type, field.Name);
            if (field.GetCustomAttribute<FixedBufferAttribute>() is { } buffer)
                AddField(type, field.Name, offset, $"{CppTypes.Of(buffer.ElementType)}[{buffer.Length}]");
            else if (field.FieldType.DeclaringType == type)
                AddUnion(type, field, offset);
            else
                AddField(type, field.Name, offset, CppTypes.Of(field.FieldType));
        }
    }

    private void AddUnion(Type owner, FieldInfo union, long offset)
    {
        Add(owner.Name, $"SIZE((({owner.Name} *)0)->{union.Name}, {Marshal.SizeOf(union.FieldType)});");
        foreach (FieldInfo member in union.FieldType.GetFields())
            AddField(owner, $"{union.Name}.{member.Name}", offset, CppTypes.Of(member.FieldType));
    }

    private void AddField(Type owner, string name, long offset, string type) =>
        Add(owner.Name, $"FIELD({owner.Name}, {name}, {offset}, {type});");

    private void AddConstant(FieldInfo constant)
    {
        if (constant.GetRawConstantValue() is string text)
            Add(constant.Name, $"TEXT({constant.Name}, \"{text}\");");
        else
            AddNumber(constant.Name, constant);
    }

    private void AddNumber(string name, FieldInfo constant)
    {
        long value = Convert.ToInt64(constant.GetRawConstantValue(), CultureInfo.InvariantCulture);
        if (IsKnown(constant) && (exact || !Moves(name)))
            Add(name, $"NUMBER({name}, {value}LL);");
    }

    private void Add(string symbol, string assertion)
    {
        _asserted.Add(symbol);
        _text.Append(assertion).Append('\n');
    }

    private bool IsKnown(MemberInfo member) => Version.Parse(Symbol(member).Since) <= version;

    private static LibvirtSymbolAttribute Symbol(MemberInfo member) =>
        member.GetCustomAttribute<LibvirtSymbolAttribute>()!;
}

using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using LibvirtBackup.Interop.Nbd;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

/// <summary>Compares the imports with the prototypes and constants of the installed header.</summary>
public sealed partial class NbdAbiTests
{
    private const RegexOptions Options = RegexOptions.Multiline | RegexOptions.ExplicitCapture;
    private const int MatchTimeout = 10_000;
    private const string Header = "/usr/include/libnbd.h";

    private static readonly Dictionary<string, int> s_sizes = new(StringComparer.Ordinal)
    {
        ["bool"] = 1,
        ["int"] = 4,
        ["unsigned"] = 4,
        ["uint32_t"] = 4,
        ["int64_t"] = 8,
        ["uint64_t"] = 8,
        ["size_t"] = 8,
        ["void"] = 0,
        ["nbd_completion_callback"] = Unsafe.SizeOf<NbdCompletionCallback>(),
        ["nbd_extent_callback"] = Unsafe.SizeOf<NbdExtentCallback>(),
    };

    [Fact]
    public void Every_import_has_the_parameters_of_its_prototype()
    {
        Dictionary<string, string> prototypes = Prototypes();
        List<string> wrong = [];
        int count = 0;
        foreach (MethodInfo import in typeof(NbdNative).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(method => method.Name.StartsWith("nbd_", StringComparison.Ordinal)))
        {
            Type[] types = [import.ReturnType, .. import.GetParameters().Select(parameter => parameter.ParameterType)];
            string ours = string.Join(',', types.Select(SizeOf));
            if (!prototypes.TryGetValue(import.Name, out string? theirs) || ours != theirs)
                wrong.Add($"{import.Name}: ours {ours}, the header's {theirs}");
            count++;
        }

        Assert.Empty(wrong);
        Assert.True(count > 40, $"{count} imports");
    }

    [Fact]
    public void Constants_have_the_values_of_the_header()
    {
        var converter = new UInt64Converter(); // reads both decimal and 0x numbers
        Dictionary<string, ulong> header = DefineLine().Matches(ReadHeader()).ToDictionary(
            match => match.Groups["name"].Value,
            match => (ulong)converter.ConvertFromInvariantString(match.Groups["value"].Value)!);
        (string Name, ulong Value)[] ours =
        [
            ("TLS_DISABLE", (ulong)NbdTlsMode.Off), ("TLS_ALLOW", (ulong)NbdTlsMode.Allow),
            ("TLS_REQUIRE", (ulong)NbdTlsMode.Require), ("SIZE_MINIMUM", NbdNative.SizeMinimum),
            ("SIZE_PREFERRED", NbdNative.SizePreferred), ("SIZE_MAXIMUM", NbdNative.SizeMaximum),
            ("CMD_FLAG_FUA", (ulong)NbdZeroFlags.ForceUnitAccess), ("CMD_FLAG_NO_HOLE", (ulong)NbdZeroFlags.NoHole),
            ("CMD_FLAG_FAST_ZERO", (ulong)NbdZeroFlags.FastOnly), ("AIO_DIRECTION_READ", NbdNative.DirectionRead),
            ("AIO_DIRECTION_WRITE", NbdNative.DirectionWrite), ("STATE_HOLE", NbdExtent.Hole),
            ("STATE_ZERO", NbdExtent.Zero),
        ];
        Assert.All(ours, constant => Assert.Equal(header[constant.Name], constant.Value));
    }

    private static string ReadHeader()
    {
        if (!File.Exists(Header))
            Assert.Skip($"{Header} (package libnbd-dev) is not installed here.");
        return File.ReadAllText(Header);
    }

    private static Dictionary<string, string> Prototypes() => Prototype().Matches(ReadHeader()).ToDictionary(
        match => match.Groups["name"].Value,
        match => string.Join(',', Parameters(match).Prepend(match.Groups["return"].Value).Select(SizeOf)));

    private static IEnumerable<string> Parameters(Match prototype) =>
        prototype.Groups["parameters"].Value.Split(',').Where(parameter => parameter.Trim() != "void");

    private static int SizeOf(string declaration) =>
        declaration.Contains('*') ? nint.Size : s_sizes.GetValueOrDefault(declaration.Trim().Split(' ')[0], -1);

    private static int SizeOf(Type type)
    {
        if (type == typeof(void))
            return 0;
        if (type.IsPointer || type == typeof(string) || type == typeof(nint) || type == typeof(nuint))
            return nint.Size;
        return type == typeof(byte) ? 1 : Marshal.SizeOf(type);
    }

    [GeneratedRegex(
        @"^extern (?<return>[\w ]+(\* ?)?) ?(?<name>nbd_\w+) \((?<parameters>[^)]*)\)", Options, MatchTimeout)]
    private static partial Regex Prototype();

    [GeneratedRegex(@"^#define LIBNBD_(?<name>\w+)\s+(?<value>0x[0-9a-fA-F]+|\d+)U?$", Options, MatchTimeout)]
    private static partial Regex DefineLine();
}

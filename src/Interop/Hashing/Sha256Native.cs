using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Hashing;

/// <summary>Raw imports of native-shims/sha256.c.</summary>
internal static unsafe partial class Sha256Native
{
    private const string Library = "liblvbshim.so";

    [LibraryImport(Library, EntryPoint = "lvb_sha256_lanes")]
    internal static partial int Lanes();

    [LibraryImport(Library, EntryPoint = "lvb_sha256_add")]
    internal static partial void Add(int lanes, Sha256State* states, byte** inputs, nuint blocks);
}

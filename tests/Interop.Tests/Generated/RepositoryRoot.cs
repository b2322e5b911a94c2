using System.Runtime.CompilerServices;

namespace LibvirtBackup.Interop.Tests.Generated;

/// <summary>The repository that the tests were built from.</summary>
internal static class RepositoryRoot
{
    public static string Find([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", ".."));
}

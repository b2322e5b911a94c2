using System.Runtime.CompilerServices;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>Files of the source tree.</summary>
internal static class RepositoryRoot
{
    internal static string File(string path, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../..", path));
}

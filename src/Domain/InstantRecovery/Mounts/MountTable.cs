namespace LibvirtBackup.InstantRecovery.Mounts;

/// <summary>What is mounted on this host, in this process's view.</summary>
internal static class MountTable
{
    /// <summary>Whether something is mounted on a directory.</summary>
    internal static bool Has(string directory) => Has(File.ReadLines("/proc/self/mountinfo"), directory);

    /// <summary>The same of given lines (proc(5): the fifth field is the mount point, spaces as <c>\040</c>).</summary>
    internal static bool Has(IEnumerable<string> lines, string directory)
    {
        var written = directory.Replace("\\", "\\134", StringComparison.Ordinal)
            .Replace(" ", "\\040", StringComparison.Ordinal)
            .Replace("\t", "\\011", StringComparison.Ordinal)
            .Replace("\n", "\\012", StringComparison.Ordinal);
        return lines.Any(line => line.Split(' ') is { Length: > 4 } fields && fields[4] == written);
    }
}

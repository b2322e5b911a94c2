namespace LibvirtBackup.Hosts.Checks;

/// <summary>What AppArmor and SELinux have logged of our paths.</summary>
internal static class DenialLog
{
    /// <summary>The lines that tell of a denial and of one of the paths, the newest last.</summary>
    internal static IReadOnlyList<string> Find(IEnumerable<string> lines, IReadOnlyList<string> paths) =>
    [
        .. lines.Where(line =>
            (line.Contains("apparmor=\"DENIED\"", StringComparison.Ordinal)
                || line.Contains("avc:  denied", StringComparison.Ordinal))
            && paths.Any(path => line.Contains(path, StringComparison.Ordinal)
                // SELinux tells the last part of a path only.
                || line.Contains($"name=\"{Path.GetFileName(path)}\"", StringComparison.Ordinal)
                || line.Contains("name=\"nbd.sock\"", StringComparison.Ordinal))),
    ];

    /// <summary>Which of the two it was.</summary>
    internal static bool IsAppArmor(string line) => line.Contains("apparmor=", StringComparison.Ordinal);
}

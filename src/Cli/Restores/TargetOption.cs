namespace LibvirtBackup.Cli.Restores;

/// <summary>The values of <c>--target</c>.</summary>
internal static class TargetOption
{
    /// <summary>Reads <c>vda=/dev/sdx</c> and so on.</summary>
    /// <param name="values">The values.</param>
    /// <param name="command">The command, for messages.</param>
    /// <exception cref="BackupException">Usage: a value has another form, or a disk comes twice.</exception>
    internal static IReadOnlyDictionary<string, string> Parse(IReadOnlyList<string> values, string command)
    {
        var targets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var split = value.IndexOf('=', StringComparison.Ordinal);
            if (split <= 0 || split == value.Length - 1)
                throw new BackupException(
                    FailureKind.Usage, $"{command}: '{value}' is no target; give DISK=PATH, such as vda=/dev/sdx");
            if (!targets.TryAdd(value[..split], value[(split + 1)..]))
                throw new BackupException(FailureKind.Usage, $"{command}: disk '{value[..split]}' has two targets");
        }

        return targets;
    }
}

namespace LibvirtBackup.Cli.Snapshots;

/// <summary>virsh's way to write which disks a snapshot takes: <c>vda</c> or <c>vda,file=PATH</c>.</summary>
internal static class SnapshotDisks
{
    /// <summary>The new image by disk, null for one that libvirt chooses.</summary>
    /// <exception cref="BackupException">Usage: not written like that.</exception>
    internal static IReadOnlyDictionary<string, string?> Parse(IReadOnlyList<string> specs)
    {
        var disks = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var spec in specs)
        {
            string? file = null;
            var parts = spec.Split(',');
            foreach (var part in parts.Skip(1))
            {
                if (part is "snapshot=external" or "driver=qcow2") continue;
                file = part.StartsWith("file=", StringComparison.Ordinal)
                    ? Path.GetFullPath(part["file=".Length..])
                    : throw new BackupException(
                        FailureKind.Usage, $"--diskspec cannot be '{spec}'; write vda or vda,file=/path/of/new.qcow2");
            }

            disks[parts[0]] = file;
        }

        return disks;
    }
}

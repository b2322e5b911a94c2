namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary>A file of a point, as people write it: <c>POINT:/etc/fstab</c>.</summary>
/// <param name="Point">The point's id, or enough of its beginning.</param>
/// <param name="Path">The path in the guest.</param>
internal sealed record PointPath(string Point, string Path)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="BackupException">Usage: it has another form.</exception>
    internal static PointPath Parse(string text) =>
        text.Split(':', 2) is [{ Length: > 0 } point, ['/', ..] path]
            ? new PointPath(point, path)
            : throw new BackupException(
                FailureKind.Usage,
                $"'{text}' names no file of a point; write POINT:/PATH, such as 20260131:/etc/fstab");
}

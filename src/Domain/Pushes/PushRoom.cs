namespace LibvirtBackup.Pushes;

/// <summary>
/// Ends a push before its images have filled their file system: QEMU fails a write of the guest when it cannot write
/// what that overwrites to the backup, and no option of libvirt's jobs makes it fail the backup instead.
/// </summary>
/// <param name="directory">Where the images are made.</param>
/// <param name="targets">The images.</param>
/// <param name="measure">The space of their file system, in bytes; null when it cannot be told.</param>
internal sealed class PushRoom(
    string directory, IReadOnlyList<PushTarget> targets, Func<(long Free, long Total)?> measure)
{
    private const long MostMarginBytes = 64 * Units.MiB;
    private const int MarginPart = 32;

    /// <exception cref="BackupException">There is too little room left, and the images need more than was expected.
    /// </exception>
    internal void Require()
    {
        if (measure() is not { } space
            || space.Free > Math.Min(space.Total / MarginPart, MostMarginBytes)
            || !targets.Any(NeedsMore))
            return;
        throw new BackupException(
            FailureKind.Failed,
            $"'{Path.GetDirectoryName(directory)}' has only {SizeText.Format(space.Free)} left: the push was ended "
            + "before QEMU would have failed the guest's writes; no point was made, the next push covers the gap; free "
            + "some space there, or give another --to directory");
    }

    /// <summary>Whether an image has outgrown what was taken for it; of a raw one nothing can be taken.</summary>
    private static bool NeedsMore(PushTarget target) =>
        !target.IsDevice && (target.Format == "raw" || new FileInfo(target.Path).Length >= target.ExpectedBytes);
}

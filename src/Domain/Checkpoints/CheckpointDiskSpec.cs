namespace LibvirtBackup.Checkpoints;

/// <summary>What a new checkpoint does with one disk.</summary>
/// <param name="Disk">The target name (<c>vda</c>) or the absolute path of the disk's source.</param>
/// <param name="Mode">
/// <c>bitmap</c> to record changes, <c>no</c> to leave the disk out; null for libvirt's default.
/// </param>
/// <param name="Bitmap">The bitmap's name, which libvirt wants to be the checkpoint's; null for that.</param>
public sealed record CheckpointDiskSpec(string Disk, string? Mode, string? Bitmap)
{
    private const string ModeKey = "checkpoint=";
    private const string BitmapKey = "bitmap=";

    /// <summary>
    /// Reads the text form, <c>vda,checkpoint=bitmap,bitmap=NAME</c>; a comma in a value is written twice.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <exception cref="BackupException">Usage: the text has another form.</exception>
    public static CheckpointDiskSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = Split(text);
        var spec = new CheckpointDiskSpec(parts[0], null, null);
        foreach (var part in parts.Skip(1))
        {
            if (spec.Mode is null && part.StartsWith(ModeKey, StringComparison.Ordinal))
                spec = spec with { Mode = part[ModeKey.Length..] };
            else if (spec.Bitmap is null && part.StartsWith(BitmapKey, StringComparison.Ordinal))
                spec = spec with { Bitmap = part[BitmapKey.Length..] };
            else
                throw NotReadable(text);
        }

        return spec.Disk.Length > 0 ? spec : throw NotReadable(text);
    }

    private static BackupException NotReadable(string text) => new(
        FailureKind.Usage,
        $"cannot read the disk specification '{text}': write DISK[,checkpoint=bitmap|no][,bitmap=NAME]");

    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] != ',')
                continue;
            if (i + 1 < text.Length && text[i + 1] == ',')
            {
                i++;
                continue;
            }

            parts.Add(text[start..i].Replace(",,", ",", StringComparison.Ordinal));
            start = i + 1;
        }

        return parts;
    }
}

namespace LibvirtBackup.Hosts;

/// <summary>A bitmap in an image, as qemu-img shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="GranularityBytes">Bytes per bit.</param>
/// <param name="IsRecording">Whether it records once a QEMU opens the image for writing.</param>
/// <param name="IsInUse">
/// Whether somebody has the image open or was killed while having so: then it misses what was written last.
/// </param>
internal sealed record StoredBitmap(string Name, long GranularityBytes, bool IsRecording, bool IsInUse);

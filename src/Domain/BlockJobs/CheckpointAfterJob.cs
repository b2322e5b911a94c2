namespace LibvirtBackup.BlockJobs;

/// <summary>A checkpoint's bitmap before and after images of its disk were changed.</summary>
/// <param name="Name">The checkpoint.</param>
/// <param name="Disk">The disk.</param>
/// <param name="BytesBefore">What had changed since; null when the bitmap was of no use.</param>
/// <param name="BytesAfter">The same afterwards.</param>
internal sealed record CheckpointAfterJob(string Name, string Disk, long? BytesBefore, long? BytesAfter)
{
    /// <summary>
    /// True when backups since it go on: its bitmap is valid and holds no less than before. It may hold more, for data
    /// that was moved can count as changed.
    /// </summary>
    public bool IsKept => BytesAfter is not null && BytesAfter >= (BytesBefore ?? 0);
}

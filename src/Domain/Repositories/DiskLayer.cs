namespace LibvirtBackup.Repositories;

/// <summary>
/// An image that a disk consisted of. Tells whether a dirty bitmap that bears a checkpoint's name is in the image that
/// it was made in.
/// </summary>
/// <param name="Source">The path, or what stands for it on other storage.</param>
/// <param name="FileId">
/// Which file it was, for it may be replaced by another one: number and birth; null for what is no regular file, or
/// was not reachable.
/// </param>
public sealed record DiskLayer(string Source, string? FileId);

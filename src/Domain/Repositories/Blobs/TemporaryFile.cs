namespace LibvirtBackup.Repositories.Blobs;

/// <summary>A file that is being written, or was when its writer died.</summary>
/// <param name="Key">Its key, by which it can be deleted.</param>
/// <param name="Written">When it was last written to.</param>
internal readonly record struct TemporaryFile(string Key, DateTimeOffset Written);

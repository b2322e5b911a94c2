namespace LibvirtBackup.Restores;

/// <summary>One restored disk.</summary>
/// <param name="Name">The target name (<c>vda</c>).</param>
/// <param name="Path">The file that was written.</param>
/// <param name="Format">Its format.</param>
/// <param name="WrittenBytes">Bytes of data written; holes and zeroes are not counted.</param>
/// <param name="Verified">True: every byte written was checked against the point's hashes before it was
/// written.</param>
public sealed record RestoredDisk(string Name, string Path, DiskFormat Format, long WrittenBytes, bool Verified);

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Something that does not verify.</summary>
/// <param name="Disk">The disk, or null when it is not about one.</param>
/// <param name="OffsetBytes">Where the disk, or the file that the message names, is affected; null when it is not.
/// </param>
/// <param name="LengthBytes">How much of it is.</param>
/// <param name="StoredObject">The file of the repository, or the id of the blob.</param>
/// <param name="Message">What is wrong.</param>
public sealed record VerifyProblem(
    string? Disk, long? OffsetBytes, long? LengthBytes, string StoredObject, string Message);

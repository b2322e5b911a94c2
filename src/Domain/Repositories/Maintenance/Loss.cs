namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Why a blob cannot be read.</summary>
/// <param name="StoredObject">The file of the repository that is at fault, or the blob's own id.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record Loss(string StoredObject, string Message);

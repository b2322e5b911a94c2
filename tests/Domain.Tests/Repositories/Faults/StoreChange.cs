namespace LibvirtBackup.Domain.Tests.Repositories.Faults;

/// <summary>A name that appeared or went and may not have reached the disk yet.</summary>
/// <param name="Key">The name.</param>
/// <param name="Before">What was there before; null for nothing.</param>
internal sealed record StoreChange(string Key, byte[]? Before);

namespace LibvirtBackup.Policies;

/// <summary>A repository, and the file that opens it where it is encrypted.</summary>
/// <param name="Directory">Its directory, an absolute path.</param>
/// <param name="KeyFile">A key file, or null.</param>
/// <param name="PassphraseFile">A file whose first line is the passphrase, or null.</param>
public sealed record PolicyRepository(string Directory, string? KeyFile, string? PassphraseFile);

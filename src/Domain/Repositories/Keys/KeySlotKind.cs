namespace LibvirtBackup.Repositories.Keys;

/// <summary>What kind of secret opens a key slot.</summary>
public enum KeySlotKind
{
    /// <summary>A passphrase.</summary>
    Passphrase,

    /// <summary>A key file.</summary>
    KeyFile,
}

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>How much of a repository is read.</summary>
public enum VerifyDepth
{
    /// <summary>Everything: each blob is read and compared with its name.</summary>
    Full,

    /// <summary>Some blobs, chosen at random, and all of the structure.</summary>
    Sample,

    /// <summary>Manifests, maps, indexes, and the tables and lengths of packs; no data of disks.</summary>
    Structure,
}

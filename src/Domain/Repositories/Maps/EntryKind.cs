namespace LibvirtBackup.Repositories.Maps;

/// <summary>What a chunk or a whole subtree of a disk map is. The numbers are part of the format.</summary>
internal enum EntryKind : byte
{
    /// <summary>Never written, or given back: reads as zeroes and takes no space.</summary>
    Hole = 0,

    /// <summary>Written, and every byte is zero.</summary>
    Zero = 1,

    /// <summary>Bytes, stored under <see cref="MapEntry.Id"/>; above the leaves: a node.</summary>
    Data = 2,
}

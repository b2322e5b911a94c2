using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>What came out of checking a pack.</summary>
internal sealed class PackFindings
{
    /// <summary>What is wrong with the pack itself, or null: then its table is the one that its name stands for.
    /// </summary>
    internal string? Problem { get; set; }

    /// <summary>Its table, when that is good.</summary>
    internal SealedPack? Table { get; set; }

    /// <summary>Blobs that are damaged in it, and how.</summary>
    internal List<(PackEntry Entry, string Problem)> Damaged { get; } = [];

    internal int CheckedBlobs { get; private set; }

    internal long CheckedBytes { get; private set; }

    /// <summary>Takes notice of a blob.</summary>
    /// <param name="entry">The blob.</param>
    /// <param name="problem">What is wrong with it, or null.</param>
    internal void Add(PackEntry entry, string? problem)
    {
        if (problem is not null)
        {
            Damaged.Add((entry, problem));
            return;
        }

        CheckedBlobs++;
        CheckedBytes += entry.PlainLength;
    }
}

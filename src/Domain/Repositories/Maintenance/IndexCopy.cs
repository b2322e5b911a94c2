using LibvirtBackup.Repositories.Indexes;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>A blob as one index has it.</summary>
/// <param name="File">The index.</param>
/// <param name="Number">The entry's number in it.</param>
/// <param name="Entry">The entry.</param>
internal readonly record struct IndexCopy(IndexFile File, int Number, IndexEntry Entry)
{
    internal IndexPack Pack => File.Packs[Entry.Pack];
}

namespace LibvirtBackup.Repositories.Indexes;

/// <summary>A place in the indexes of a repository, for bookkeeping with a bit per blob.</summary>
/// <param name="File">The index.</param>
/// <param name="Number">The entry's number in it.</param>
internal readonly record struct IndexPosition(IndexFile File, int Number);

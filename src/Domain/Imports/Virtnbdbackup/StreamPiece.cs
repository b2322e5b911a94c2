using LibvirtBackup.Extents;

namespace LibvirtBackup.Imports.Virtnbdbackup;

/// <summary>Bytes of a disk in a data file.</summary>
/// <param name="Range">Where on the disk.</param>
/// <param name="Position">Where in the file.</param>
internal readonly record struct StreamPiece(ByteRange Range, long Position);

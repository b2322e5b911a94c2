namespace LibvirtBackup.Repositories.Blobs;

/// <summary>The disk below cannot read a blob, or a part of it: a bad sector, a damaged file system.</summary>
internal sealed class BlobUnreadableException(string message, IOException cause) : IOException(message, cause);

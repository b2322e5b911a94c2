using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Capturing;

/// <summary>A file that the domain needs.</summary>
internal readonly record struct FoundFile(AttachmentRole Role, string Path);

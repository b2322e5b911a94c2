namespace LibvirtBackup.Recovery.Auditing;

/// <summary>What libvirt says of one checkpoint on one disk just now.</summary>
internal sealed record ObservedBitmap(
    string Checkpoint, string Disk, DateTimeOffset Created, string Origin, long DirtyBytes, long VirtualSizeBytes);

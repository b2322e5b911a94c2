namespace LibvirtBackup.Qmp;

/// <summary>A change of a dirty bitmap.</summary>
/// <param name="Node">The node that holds the bitmap, or a device name.</param>
internal abstract record BitmapAction(string Node) : QmpAction;

namespace LibvirtBackup.Qmp;

/// <summary>A bitmap named together with its node.</summary>
/// <param name="Node">The node that holds the bitmap.</param>
/// <param name="Name">The bitmap.</param>
internal sealed record BitmapSource(string Node, string Name);

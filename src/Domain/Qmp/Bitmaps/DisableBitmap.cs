using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>
/// Stops recording guest writes (QEMU 4.0). A checkpoint whose bitmap is disabled can not be the base of a backup.
/// </summary>
/// <param name="Node">The node that holds the bitmap.</param>
/// <param name="Name">The bitmap.</param>
internal sealed record DisableBitmap(string Node, string Name) : BitmapAction(Node)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Command => "block-dirty-bitmap-disable";
}

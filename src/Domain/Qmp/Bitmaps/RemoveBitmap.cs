using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>
/// Removes a bitmap, an inconsistent one too, from QEMU and from the image (QEMU 2.4; in a transaction 4.2).
/// </summary>
/// <param name="Node">The node that holds the bitmap.</param>
/// <param name="Name">The bitmap.</param>
internal sealed record RemoveBitmap(string Node, string Name) : BitmapAction(Node)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Command => "block-dirty-bitmap-remove";
}

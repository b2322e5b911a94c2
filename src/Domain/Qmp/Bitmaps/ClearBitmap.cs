using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>
/// Forgets all dirty bits (QEMU 2.4). On a bitmap that belongs to a checkpoint this loses data silently: libvirt
/// still calls the checkpoint valid and the next incremental leaves out what was forgotten.
/// </summary>
/// <param name="Node">The node that holds the bitmap.</param>
/// <param name="Name">The bitmap.</param>
internal sealed record ClearBitmap(string Node, string Name) : BitmapAction(Node)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Command => "block-dirty-bitmap-clear";
}

using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>
/// Starts recording guest writes (QEMU 4.0). Writes made while the bitmap was disabled are missing from it, and nothing
/// tells so afterwards.
/// </summary>
/// <param name="Node">The node that holds the bitmap.</param>
/// <param name="Name">The bitmap.</param>
internal sealed record EnableBitmap(string Node, string Name) : BitmapAction(Node)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Command => "block-dirty-bitmap-enable";
}

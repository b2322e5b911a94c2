using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>
/// Adds the dirty bits of other bitmaps to one bitmap (QEMU 4.0; sources on other nodes 4.1). The sources stay as they
/// are. Use the granularity of the sources for the target.
/// </summary>
/// <param name="Node">The node that holds the target.</param>
/// <param name="Target">The bitmap that receives the bits.</param>
/// <param name="Bitmaps">The bitmaps whose bits are added.</param>
internal sealed record MergeBitmaps(string Node, string Target, IReadOnlyList<BitmapSource> Bitmaps)
    : BitmapAction(Node)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Command => "block-dirty-bitmap-merge";
}

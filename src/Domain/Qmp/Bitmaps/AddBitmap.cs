using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>Creates an empty bitmap (QEMU 2.4).</summary>
/// <param name="Node">The node that gets the bitmap.</param>
/// <param name="Name">The name, unique on the node, at most 1023 bytes.</param>
internal sealed record AddBitmap(string Node, string Name) : BitmapAction(Node)
{
    /// <summary>Bytes per bit, a power of two from 512; null lets QEMU choose (at most 64 KiB).</summary>
    public long? Granularity { get; init; }

    /// <summary>
    /// Whether QEMU stores it in the image on closing (QEMU 2.10); null means no. Needs qcow2 version 3.
    /// </summary>
    public bool? Persistent { get; init; }

    /// <summary>Whether it starts without recording (QEMU 4.0); null means that it records.</summary>
    public bool? Disabled { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Command => "block-dirty-bitmap-add";
}

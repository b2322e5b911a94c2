using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>A block node of a running QEMU, as <c>query-named-block-nodes</c> shows it.</summary>
internal sealed record BlockNode
{
    /// <summary>
    /// The node name, such as <c>libvirt-2-format</c>. libvirt's names change with every snapshot, commit and restart:
    /// look them up each time.
    /// </summary>
    public string? NodeName { get; init; }

    /// <summary>The driver, such as <c>qcow2</c>, <c>raw</c> or <c>file</c>.</summary>
    [JsonPropertyName("drv")]
    public required string Driver { get; init; }

    /// <summary>The file name as QEMU knows it; a <c>json:</c> text when options do not fit in a name.</summary>
    public required string File { get; init; }

    /// <summary>Whether the node is open for reading only.</summary>
    [JsonPropertyName("ro")]
    public required bool ReadOnly { get; init; }

    /// <summary>The file name of the backing node; null without one.</summary>
    [JsonPropertyName("backing_file")]
    public string? BackingFile { get; init; }

    /// <summary>
    /// What QEMU knows of the image: <c>query-named-block-nodes</c> tells only of this node, <c>query-block</c> of
    /// those behind it too.
    /// </summary>
    public required BlockNodeImage Image { get; init; }

    /// <summary>The node's bitmaps, in no promised order; empty when it has none.</summary>
    /// <remarks>
    /// QEMU leaves the member out for a node without bitmaps, and generated deserialisers then set null.
    /// </remarks>
    [AllowNull]
    public IReadOnlyList<DirtyBitmap> DirtyBitmaps { get; init => field = value ?? []; } = [];

    /// <summary>The nodes that this one uses; empty before QEMU 11.0, which does not tell.</summary>
    /// <remarks>Null from the generated deserialiser, as with the bitmaps.</remarks>
    [AllowNull]
    public IReadOnlyList<BlockNodeChild> Children { get; init => field = value ?? []; } = [];

    /// <summary>Finds the bitmap of that name.</summary>
    /// <param name="name">The name, compared exactly.</param>
    /// <returns>The bitmap, or null when the node has none of that name.</returns>
    public DirtyBitmap? FindBitmap(string name) => DirtyBitmaps.FirstOrDefault(bitmap => bitmap.Name == name);
}

using System.Text.Json;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Hosts;

/// <summary>What <c>qemu-img info</c> says of an image.</summary>
internal sealed record QemuImageInfo
{
    internal required string Format { get; init; }

    internal required long VirtualSizeBytes { get; init; }

    internal required DiskImageProperties Properties { get; init; }

    /// <summary>True when the image holds internal snapshots.</summary>
    internal required bool HasSnapshots { get; init; }

    internal required bool IsEncrypted { get; init; }

    /// <summary>Names of the bitmaps that the image holds.</summary>
    internal required IReadOnlyList<string> Bitmaps { get; init; }

    /// <exception cref="JsonException">The text is no JSON.</exception>
    /// <exception cref="KeyNotFoundException">Something is absent.</exception>
    /// <exception cref="InvalidOperationException">Something is of another type.</exception>
    internal static QemuImageInfo Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var data = root.TryGetProperty("format-specific", out var specific)
            && specific.TryGetProperty("data", out var inner) ? inner : default;
        return new QemuImageInfo
        {
            Format = root.GetProperty("format").GetString()!,
            VirtualSizeBytes = root.GetProperty("virtual-size").GetInt64(),
            HasSnapshots = root.TryGetProperty("snapshots", out _),
            IsEncrypted = IsTrue(root, "encrypted"),
            Bitmaps = Has(data, "bitmaps", out var bitmaps)
                ? [.. bitmaps.EnumerateArray().Select(bitmap => bitmap.GetProperty("name").GetString()!)]
                : [],
            Properties = new DiskImageProperties
            {
                ClusterSizeBytes = root.TryGetProperty("cluster-size", out var cluster) ? cluster.GetInt32() : null,
                Compat = Text(data, "compat"),
                ExtendedL2 = IsTrue(data, "extended-l2"),
                LazyRefcounts = IsTrue(data, "lazy-refcounts"),
                RefcountBits = Has(data, "refcount-bits", out var bits) ? bits.GetInt32() : null,
                DataFile = Text(data, "data-file"),
                BackingFile = Text(root, "backing-filename"),
            },
        };
    }

    private static bool Has(JsonElement element, string name, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out value);
    }

    private static string? Text(JsonElement element, string name) =>
        Has(element, name, out var value) ? value.GetString() : null;

    private static bool IsTrue(JsonElement element, string name) =>
        Has(element, name, out var value) && value.GetBoolean();
}

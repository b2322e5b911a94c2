using System.Text.Json;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Hosts;

/// <summary>What <c>qemu-img info</c> says of an image.</summary>
internal sealed record QemuImageInfo
{
    /// <summary>The image as qemu-img names it.</summary>
    internal required string FileName { get; init; }

    internal required string Format { get; init; }

    internal required long VirtualSizeBytes { get; init; }

    internal required DiskImageProperties Properties { get; init; }

    /// <summary>The image behind it; null when there is none.</summary>
    internal BackingImage? Backing { get; init; }

    /// <summary>True when the image holds internal snapshots.</summary>
    internal required bool HasSnapshots { get; init; }

    internal required bool IsEncrypted { get; init; }

    internal required IReadOnlyList<StoredBitmap> Bitmaps { get; init; }

    /// <summary>Reads the description of an image.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    /// <exception cref="KeyNotFoundException">Something is absent.</exception>
    /// <exception cref="InvalidOperationException">Something is of another type.</exception>
    internal static QemuImageInfo Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Read(document.RootElement);
    }

    private static QemuImageInfo Read(JsonElement root)
    {
        var data = root.TryGetProperty("format-specific", out var specific)
            && specific.TryGetProperty("data", out var inner) ? inner : default;
        return new QemuImageInfo
        {
            FileName = root.GetProperty("filename").GetString()!, // qemu-img names every image
            Format = root.GetProperty("format").GetString()!,
            VirtualSizeBytes = root.GetProperty("virtual-size").GetInt64(),
            Backing = Text(root, "backing-filename") is { } backing
                ? new BackingImage(
                    Text(root, "full-backing-filename") ?? backing, Text(root, "backing-filename-format"))
                : null,
            HasSnapshots = root.TryGetProperty("snapshots", out _),
            IsEncrypted = IsTrue(root, "encrypted"),
            Bitmaps = Has(data, "bitmaps", out var bitmaps)
                ? [.. bitmaps.EnumerateArray().Select(ReadBitmap)]
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

    private static StoredBitmap ReadBitmap(JsonElement bitmap)
    {
        var flags = bitmap.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()).ToList();
        return new StoredBitmap(
            bitmap.GetProperty("name").GetString()!, // qemu-img names every bitmap
            bitmap.GetProperty("granularity").GetInt64(),
            IsRecording: flags.Contains("auto"),
            IsInUse: flags.Contains("in-use"));
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

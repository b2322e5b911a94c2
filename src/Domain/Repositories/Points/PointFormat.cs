using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace LibvirtBackup.Repositories.Points;

/// <summary>
/// A manifest: <c>{"sha256": "...", "point": {...}}</c>, the hash over the bytes of the point as they stand there.
/// </summary>
internal static class PointFormat
{
    internal static byte[] Write(RestorePoint point)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(point, PointJson.Default.RestorePoint);
        var buffer = new ArrayBufferWriter<byte>(body.Length + 128);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("sha256", Convert.ToHexStringLower(SHA256.HashData(body)));
        writer.WritePropertyName("point");
        writer.WriteRawValue(body, skipInputValidation: true);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no manifest, or are damaged.</exception>
    internal static RestorePoint Read(ReadOnlyMemory<byte> manifest)
    {
        try
        {
            using var document = JsonDocument.Parse(manifest);
            var body = document.RootElement.GetProperty("point");
            var raw = System.Text.Encoding.UTF8.GetBytes(body.GetRawText());
            var expected = document.RootElement.GetProperty("sha256").GetString();
            if (!string.Equals(Convert.ToHexStringLower(SHA256.HashData(raw)), expected, StringComparison.Ordinal))
                throw new InvalidDataException("the manifest does not match its checksum");
            var point = body.Deserialize(PointJson.Default.RestorePoint)
                ?? throw new InvalidDataException("the manifest has no point");
            // A restore makes file names of disk names: one that leads elsewhere was not written by a backup.
            if (point.Disks.FirstOrDefault(disk => !IsFileName(disk.Name)) is { } disk)
                throw new InvalidDataException($"'{disk.Name}' is no name of a disk");
            return point;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"not a manifest: {e.Message}", e);
        }
    }

    private static bool IsFileName(string name) =>
        name.Length > 0 && name[0] != '.' && name.AsSpan().IndexOfAny('/', '\0') < 0;
}

using System.Buffers;
using System.Text;
using LibvirtBackup.Extents;

namespace LibvirtBackup.Repositories.Catalog;

/// <summary>Summaries as bytes: numbers as LEB128, texts as length and UTF-8, an empty text for none.</summary>
internal static class SummaryWriter
{
    internal static byte[] Write(IReadOnlyCollection<PointSummary> points)
    {
        var writer = new ArrayBufferWriter<byte>(64 + (points.Count * 256));
        Leb128.Write(writer, points.Count);
        foreach (var point in points) Write(writer, point);
        return writer.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> writer, PointSummary point)
    {
        Write(writer, point.Id);
        Write(writer, point.RepositoryId);
        Write(writer, point.Domain);
        if (!point.DomainUuid.TryWriteBytes(writer.GetSpan(16), bigEndian: true, out _))
            throw new InvalidOperationException("a UUID has 16 bytes");
        writer.Advance(16);
        Write(writer, point.Track);
        Leb128.Write(writer, point.Generation);
        Leb128.Write(writer, point.Sequence);
        Leb128.Write(writer, (int)point.Level);
        Leb128.Write(writer, point.Time.UtcTicks);
        Write(writer, point.Parent ?? "");
        Write(writer, point.Checkpoint ?? "");
        Leb128.Write(writer, point.Disks.Count);
        foreach (var disk in point.Disks)
        {
            Write(writer, disk.Name);
            Leb128.Write(writer, disk.VirtualSizeBytes);
        }
    }

    private static void Write(ArrayBufferWriter<byte> writer, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Leb128.Write(writer, length);
        if (length == 0) return;
        Encoding.UTF8.GetBytes(text, writer.GetSpan(length));
        writer.Advance(length);
    }
}

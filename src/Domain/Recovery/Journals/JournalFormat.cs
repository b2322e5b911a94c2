using System.Text;
using System.Text.Json;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Recovery.Journals;

/// <summary>
/// The journal's lines: 16 hexadecimal digits of the SHA-256 of the rest of the line, a space, the record as JSON, a
/// line feed.
/// </summary>
internal static class JournalFormat
{
    private const int SumLength = 16;

    internal static byte[] Write(JournalRecord record)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(record, JournalJson.Default.JournalRecord);
        return [.. Encoding.ASCII.GetBytes(SumOf(json) + " "), .. json, (byte)'\n'];
    }

    /// <summary>
    /// Reads the records up to the first line that is not whole: what follows a torn write was never promised.
    /// </summary>
    /// <returns>The records, and whether that was all of the content.</returns>
    internal static (IReadOnlyList<JournalRecord> Records, bool IsWhole) Read(ReadOnlySpan<byte> content)
    {
        var records = new List<JournalRecord>();
        while (content.Length > 0)
        {
            var end = content.IndexOf((byte)'\n');
            if (end < 0 || TryReadLine(content[..end]) is not { } record) return (records, false);
            records.Add(record);
            content = content[(end + 1)..];
        }

        return (records, true);
    }

    private static JournalRecord? TryReadLine(ReadOnlySpan<byte> line)
    {
        if (line.Length <= SumLength + 1 || line[SumLength] != (byte)' ') return null;
        var json = line[(SumLength + 1)..];
        if (Encoding.ASCII.GetString(line[..SumLength]) != SumOf(json)) return null;
        try
        {
            return JsonSerializer.Deserialize(json, JournalJson.Default.JournalRecord);
        }
        catch (JsonException)
        {
            // Whole, and of a newer version: what it does not know, this one must not judge by.
            return null;
        }
    }

    private static string SumOf(ReadOnlySpan<byte> json) =>
        ChunkId.Compute(json).ToString()[..SumLength];
}

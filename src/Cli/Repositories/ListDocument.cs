using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Repositories;

/// <summary>
/// <c>list --json</c>. Written by hand: it can have ten thousand points, and the serializer takes longer to get ready
/// than they take to be written.
/// </summary>
internal static class ListDocument
{
    private const string Schema = "lvbackup/list/1";

    // Encoded once, not ten thousand times.
    private static readonly JsonEncodedText s_point = JsonEncodedText.Encode("point");
    private static readonly JsonEncodedText s_domain = JsonEncodedText.Encode("domain");
    private static readonly JsonEncodedText s_domainUuid = JsonEncodedText.Encode("domainUuid");
    private static readonly JsonEncodedText s_track = JsonEncodedText.Encode("track");
    private static readonly JsonEncodedText s_generation = JsonEncodedText.Encode("generation");
    private static readonly JsonEncodedText s_sequence = JsonEncodedText.Encode("sequence");
    private static readonly JsonEncodedText s_level = JsonEncodedText.Encode("level");
    private static readonly JsonEncodedText s_time = JsonEncodedText.Encode("time");
    private static readonly JsonEncodedText s_parent = JsonEncodedText.Encode("parent");
    private static readonly JsonEncodedText s_checkpoint = JsonEncodedText.Encode("checkpoint");
    private static readonly JsonEncodedText s_disks = JsonEncodedText.Encode("disks");
    private static readonly JsonEncodedText s_name = JsonEncodedText.Encode("name");
    private static readonly JsonEncodedText s_virtualSizeBytes = JsonEncodedText.Encode("virtualSizeBytes");

    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Indented = true,
        SkipValidation = true,
    };

    /// <summary>Writes the document, piece by piece.</summary>
    internal static void Write(
        TextWriter output, IReadOnlyCollection<PointSummary> points, IReadOnlyList<string> damaged)
    {
        const int pieceBytes = 32 * 1024;
        var buffer = new ArrayBufferWriter<byte>(2 * pieceBytes);
        using var writer = new Utf8JsonWriter(buffer, s_options);
        writer.WriteStartObject();
        writer.WriteString("schema", Schema);
        writer.WriteStartArray("points");
        foreach (var point in points)
        {
            Write(writer, point);
            if (writer.BytesPending + buffer.WrittenCount > pieceBytes) Flush(writer, buffer, output);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("damaged");
        foreach (var line in damaged) writer.WriteStringValue(line);
        writer.WriteEndArray();
        writer.WriteEndObject();
        Flush(writer, buffer, output);
        output.WriteLine();
    }

    private static void Flush(Utf8JsonWriter writer, ArrayBufferWriter<byte> buffer, TextWriter output)
    {
        writer.Flush();
        output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        buffer.ResetWrittenCount();
    }

    private static void Write(Utf8JsonWriter writer, PointSummary point)
    {
        writer.WriteStartObject();
        writer.WriteString(s_point, point.Id);
        writer.WriteString(s_domain, point.Domain);
        writer.WriteString(s_domainUuid, point.DomainUuid);
        writer.WriteString(s_track, point.Track);
        writer.WriteNumber(s_generation, point.Generation);
        writer.WriteNumber(s_sequence, point.Sequence);
        writer.WriteString(s_level, Choice.Word(point.Level));
        writer.WriteString(s_time, point.Time.UtcDateTime);
        writer.WriteString(s_parent, point.Parent);
        writer.WriteString(s_checkpoint, point.Checkpoint);
        writer.WriteStartArray(s_disks);
        foreach (var disk in point.Disks)
        {
            writer.WriteStartObject();
            writer.WriteString(s_name, disk.Name);
            writer.WriteNumber(s_virtualSizeBytes, disk.VirtualSizeBytes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}

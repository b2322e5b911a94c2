using System.Buffers;
using System.Text;
using System.Text.Json;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Differences;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>diff --json</c>, written bit by bit: there may be millions of extents.</summary>
internal sealed class DiffJson : IDiffOutput
{
    private const int FlushBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly TextWriter _output;
    private readonly Utf8JsonWriter _json;
    private PointComparison? _comparison;

    internal DiffJson(TextWriter output)
    {
        _output = output;
        var style = CliJson.Documents.Options;
        _json = new Utf8JsonWriter(
            _buffer, new JsonWriterOptions { Indented = style.WriteIndented, Encoder = style.Encoder });
    }

    /// <inheritdoc/>
    public void Begin(PointComparison comparison)
    {
        _comparison = comparison;
        _json.WriteStartObject();
        _json.WriteString("schema", "lvbackup/diff/1");
        _json.WriteString("from", comparison.Before.Id);
        _json.WriteString("to", comparison.After.Id);
        _json.WriteStartArray("disks");
    }

    /// <inheritdoc/>
    public void BeginDisk(string disk)
    {
        _json.WriteStartObject();
        _json.WriteString("name", disk);
        WriteSize("fromSizeBytes", _comparison!.Before, disk);
        WriteSize("toSizeBytes", _comparison.After, disk);
        _json.WriteStartArray("extents");
    }

    /// <inheritdoc/>
    public void Write(string disk, DifferentExtent extent)
    {
        _json.WriteStartObject();
        _json.WriteNumber("offsetBytes", extent.OffsetBytes);
        _json.WriteNumber("lengthBytes", extent.LengthBytes);
        _json.WriteString("kind", Choice.Word(extent.Kind));
        _json.WriteBoolean("contentChanged", extent.ContentChanged);
        _json.WriteEndObject();
        if (_json.BytesPending + _buffer.WrittenCount > FlushBytes)
            Flush();
    }

    /// <inheritdoc/>
    public void EndDisk(string disk, DiffTotals totals)
    {
        _json.WriteEndArray();
        _json.WriteNumber("changedBytes", totals.ChangedBytes);
        foreach (var kind in Enum.GetValues<DifferenceKind>())
            _json.WriteNumber($"{Choice.Word(kind)}Bytes", totals[kind]);
        _json.WriteEndObject();
    }

    /// <inheritdoc/>
    public void End()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        Flush();
        _output.WriteLine();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void WriteSize(string name, RestorePoint point, string disk)
    {
        if (point.Disks.FirstOrDefault(d => d.Name == disk) is { } found)
            _json.WriteNumber(name, found.VirtualSizeBytes);
        else
            _json.WriteNull(name);
    }

    private void Flush()
    {
        _json.Flush();
        _output.Write(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        _buffer.ResetWrittenCount();
    }
}

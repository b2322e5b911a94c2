using System.Globalization;
using System.Text;
using System.Text.Json;
using LibvirtBackup.Extents;

namespace LibvirtBackup.Imports.Virtnbdbackup;

/// <summary>
/// A data file of virtnbdbackup, read to its end once: frames of 40 bytes (kind, offset, length), data behind those
/// that have some. A zero frame is what the disk did not have at a full, and what had not changed at an incremental.
/// </summary>
internal sealed class StreamFile
{
    private const int FrameLength = 40;
    private const int LongestMetadata = (int)Units.MiB;

    private readonly FileStream _file;

    private StreamFile(string path, FileStream file) => (Path, _file) = (path, file);

    internal string Path { get; }

    /// <summary>The name alone, for messages.</summary>
    internal string Name => System.IO.Path.GetFileName(Path);

    internal StreamMetadata Metadata { get; private set; } = null!; // set by Open

    /// <summary>
    /// It made no checkpoint: a differential, which bears the name of the one that comes next, or an incremental of a
    /// domain that was off. Nothing builds on it, and what comes next holds its changes too.
    /// </summary>
    internal bool IsDifferential => Metadata.Incremental
        && (Metadata.CheckpointName == Metadata.ParentCheckpoint || Name.Split('.') is [_, "diff", ..]);

    /// <summary>The data, in the disk's order.</summary>
    internal List<StreamPiece> Pieces { get; } = [];

    /// <summary>Reads a file to its end.</summary>
    /// <exception cref="BackupException">Integrity: it is cut, or no such file; the line names it.</exception>
    internal static StreamFile Open(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, (int)Units.MiB);
        var stream = new StreamFile(path, file);
        stream.ReadMetadata();
        stream.ReadFrames();
        return stream;
    }

    /// <summary>One line about a file.</summary>
    internal static BackupException Broken(string name, string why) => new(
        FailureKind.Integrity,
        $"'{name}' cannot be imported: {why}; nothing was imported: bring the files back from a copy, or restore what "
        + "virtnbdrestore can, and import its images by --disk");

    private void ReadMetadata()
    {
        var (kind, _, length) = ReadFrame();
        if (kind != "meta" || length is <= 0 or > LongestMetadata)
            throw Broken(Name, "it does not begin as a stream of virtnbdbackup (of a raw disk, or taken with -t raw?)");
        try
        {
            Metadata = JsonSerializer.Deserialize(Read((int)length), StreamJson.Default.StreamMetadata)
                ?? throw new JsonException("it says nothing");
        }
        catch (JsonException e)
        {
            throw Broken(Name, $"what it says of itself cannot be read ({e.Message.ReplaceLineEndings(" ")})");
        }

        ReadTerminator();
        if (Metadata.IsCompressed)
            throw new BackupException(
                FailureKind.NotSupported,
                $"'{Name}' is compressed (LZ4), which cannot be read here; restore it by virtnbdrestore, and import "
                + "the images by --disk");
    }

    private void ReadFrames()
    {
        long end = 0, dataBytes = 0;
        while (true)
        {
            var (kind, offset, length) = ReadFrame();
            if (kind == "stop") break;
            var isData = kind == "data";
            if ((!isData && kind != "zero") || length <= 0) throw Broken(Name, $"a frame at byte {At} makes no sense");
            if (offset < end || offset + length > Metadata.VirtualSize)
                throw Broken(
                    Name, $"it has bytes {offset} to {offset + length} after byte {end} of a disk of "
                        + $"{Metadata.VirtualSize} bytes");
            if (!Metadata.Incremental && offset != end)
                throw Broken(Name, $"bytes {end} to {offset} of the disk are missing in it");
            end = offset + length;
            if (!isData) continue;
            Pieces.Add(new StreamPiece(new ByteRange(offset, length), _file.Position));
            dataBytes += length;
            if (_file.Position + length > _file.Length) throw Cut();
            _file.Position += length;
            ReadTerminator();
        }

        if (_file.Position != _file.Length) throw Broken(Name, $"it has {_file.Length - At} bytes after its end");
        if (dataBytes != Metadata.DataSize)
            throw Broken(Name, $"it has {dataBytes} bytes of data and says that it has {Metadata.DataSize}");
        if (!Metadata.Incremental && end != Metadata.VirtualSize)
            throw Broken(Name, $"it ends at byte {end} of a disk of {Metadata.VirtualSize} bytes");
    }

    private long At => _file.Position;

    private (string Kind, long Offset, long Length) ReadFrame()
    {
        var text = Encoding.Latin1.GetString(Read(FrameLength));
        var parts = text.Split(' ');
        return text.EndsWith("\r\n", StringComparison.Ordinal)
            && parts.Length == 3
            && long.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var offset)
            && long.TryParse(parts[2].TrimEnd(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var length)
            && offset >= 0
                ? (parts[0], offset, length)
                : throw Broken(Name, $"there is no frame at byte {At - FrameLength}");
    }

    private void ReadTerminator()
    {
        if (!Read(2).AsSpan().SequenceEqual("\r\n"u8)) throw Broken(Name, $"a frame does not end at byte {At - 2}");
    }

    private byte[] Read(int length)
    {
        var bytes = new byte[length];
        return _file.ReadAtLeast(bytes, length, throwOnEndOfStream: false) == length ? bytes : throw Cut();
    }

    private BackupException Cut() => Broken(Name, $"it was cut: it ends at byte {_file.Length} without its end mark");
}

using System.Buffers;

namespace LibvirtBackup.Imports.Virtnbdbackup;

/// <summary>Writes what a data file holds to a raw image.</summary>
internal static class StreamApplication
{
    private const int PieceBytes = Units.MiB;

    internal static async Task ApplyAsync(StreamFile stream, string path, CancellationToken cancellationToken)
    {
        using var from = File.OpenHandle(stream.Path, options: FileOptions.SequentialScan);
        using var to = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        RandomAccess.SetLength(to, stream.Metadata.VirtualSize);
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            foreach (var piece in stream.Pieces)
                for (long done = 0; done < piece.Range.Length;)
                {
                    var part = buffer.AsMemory(0, (int)Math.Min(PieceBytes, piece.Range.Length - done));
                    var count = await RandomAccess.ReadAsync(from, part, piece.Position + done, cancellationToken)
                        .ConfigureAwait(false);
                    if (count == 0) throw StreamFile.Broken(stream.Name, "it was cut while it was read");
                    await RandomAccess.WriteAsync(to, part[..count], piece.Range.Offset + done, cancellationToken)
                        .ConfigureAwait(false);
                    done += count;
                }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

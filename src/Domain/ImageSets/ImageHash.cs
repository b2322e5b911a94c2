using System.Buffers;
using System.Security.Cryptography;

namespace LibvirtBackup.ImageSets;

/// <summary>The SHA-256 of a file or device, read anew.</summary>
internal static class ImageHash
{
    private const int PieceBytes = 4 * Units.MiB;

    /// <param name="path">The file or device.</param>
    /// <param name="lengthBytes">How much of it, from its beginning.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">It ends earlier.</exception>
    internal static async Task<string> ComputeAsync(
        string path, long lengthBytes, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (long offset = 0; offset < lengthBytes;)
            {
                var piece = buffer.AsMemory(0, (int)Math.Min(PieceBytes, lengthBytes - offset));
                var count = await RandomAccess.ReadAsync(file, piece, offset, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                    throw new BackupException(
                        FailureKind.Integrity,
                        $"'{path}' ends at byte {offset} of {lengthBytes}: it was cut; bring it back from a copy, or "
                        + "write another set");
                hash.AppendData(piece.Span[..count]);
                offset += count;
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

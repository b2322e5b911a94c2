using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Catalog;

/// <summary>
/// A catalog: magic, SHA-256 of the rest, and the rest: summaries, sealed in an encrypted repository. Not JSON, for a
/// listing of ten thousand points must not cost what reading as much JSON does. Its name ends with the last id in it.
/// </summary>
internal static class CatalogFormat
{
    internal const string Folder = "catalog/";

    private const int HeaderLength = 8 + ChunkId.Size;

    private static ReadOnlySpan<byte> Magic => "LVBCATL1"u8;

    internal static (string Key, byte[] Content) Write(IReadOnlyCollection<PointSummary> points, RepositoryKeys? keys)
    {
        var rest = SummaryWriter.Write(points);
        if (keys is not null) rest = SealedBytes.Seal(keys.DocumentKey, rest, Magic);
        var content = new byte[HeaderLength + rest.Length];
        Magic.CopyTo(content);
        var hash = ChunkId.Compute(rest);
        hash.Write(content.AsSpan(Magic.Length));
        rest.CopyTo(content.AsSpan(HeaderLength));
        return ($"{Folder}{hash}-{points.Select(point => point.Id).Max(StringComparer.Ordinal)}", content);
    }

    /// <summary>The last id in the catalog: points with greater ones are in none of its rows.</summary>
    internal static string LastIdOf(string key) => key[(key.IndexOf('-', StringComparison.Ordinal) + 1)..];

    /// <exception cref="InvalidDataException">No catalog, damaged, or sealed by other keys.</exception>
    internal static IReadOnlyList<PointSummary> Read(ReadOnlySpan<byte> content, RepositoryKeys? keys)
    {
        if (content.Length < HeaderLength || !content.StartsWith(Magic)) throw new InvalidDataException("no catalog");
        var rest = content[HeaderLength..];
        if (ChunkId.Compute(rest) != ChunkId.Read(content[Magic.Length..HeaderLength]))
            throw new InvalidDataException("the catalog does not match its checksum");
        if (keys is null) return SummaryReader.Read(rest);
        return SummaryReader.Read(
            SealedBytes.TryOpen(keys.DocumentKey, rest, Magic)
            ?? throw new InvalidDataException("the catalog was sealed by other keys"));
    }
}

using System.Text.Json;
using LibvirtBackup.Backups;

namespace LibvirtBackup.Repositories.Points;

/// <summary>
/// Picks a summary out of a manifest. By hand: to prepare the serializer for all that a manifest can hold takes longer
/// than to list ten thousand points.
/// </summary>
internal static class ManifestSummary
{
    /// <exception cref="InvalidDataException">The bytes are no manifest.</exception>
    internal static PointSummary Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new InvalidDataException($"not a manifest: {e.Message}", e);
        }
    }

    private static PointSummary Read(JsonElement point) => new()
    {
        Id = Text(point, "id"),
        RepositoryId = Text(point, "repositoryId"),
        Domain = Text(point, "domain"),
        DomainUuid = point.GetProperty("domainUuid").GetGuid(),
        Track = Text(point, "track"),
        Generation = point.GetProperty("generation").GetInt32(),
        Sequence = point.GetProperty("sequence").GetInt32(),
        Level = LevelOf(Text(point, "level")),
        Time = point.GetProperty("time").GetDateTimeOffset(),
        Parent = point.GetProperty("parent").GetString(),
        Checkpoint = point.GetProperty("checkpoint").GetString(),
        Disks =
        [
            .. point.GetProperty("disks").EnumerateArray()
                .Select(disk => new PointSummaryDisk(
                    Text(disk, "name"), disk.GetProperty("virtualSizeBytes").GetInt64())),
        ],
    };

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()
        ?? throw new InvalidDataException($"the manifest has no {name}");

    private static BackupLevel LevelOf(string name) => name switch
    {
        nameof(BackupLevel.Full) => BackupLevel.Full,
        nameof(BackupLevel.Incremental) => BackupLevel.Incremental,
        nameof(BackupLevel.Differential) => BackupLevel.Differential,
        nameof(BackupLevel.Copy) => BackupLevel.Copy,
        _ => throw new InvalidDataException($"the manifest has an unknown level '{name}'"),
    };
}

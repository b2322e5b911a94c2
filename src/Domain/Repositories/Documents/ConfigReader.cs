using System.Text.Json;

namespace LibvirtBackup.Repositories.Documents;

/// <summary>
/// Reads the configuration. By hand: every command does, and to prepare the serializer for it takes longer than many
/// commands do.
/// </summary>
internal static class ConfigReader
{
    /// <exception cref="InvalidDataException">The bytes are no configuration.</exception>
    internal static RepositoryConfig Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var config = document.RootElement;
            return new RepositoryConfig
            {
                Version = config.GetProperty("version").GetInt32(),
                Id = config.GetProperty("id").GetString() ?? throw new InvalidDataException("there is no id"),
                ChunkSizeBytes = config.GetProperty("chunkSizeBytes").GetInt32(),
                CompressionLevel = config.GetProperty("compressionLevel").GetInt32(),
                Encrypted = config.GetProperty("encrypted").GetBoolean(),
                Created = config.GetProperty("created").GetDateTimeOffset(),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new InvalidDataException($"not a configuration: {e.Message}", e);
        }
    }
}

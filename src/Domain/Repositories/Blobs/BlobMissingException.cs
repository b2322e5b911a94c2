namespace LibvirtBackup.Repositories.Blobs;

/// <summary>A blob is absent, or shorter than what refers to it says.</summary>
internal sealed class BlobMissingException(string key, string message) : IOException(message)
{
    internal string Key { get; } = key;
}

namespace LibvirtBackup.Repositories.Blobs;

/// <summary>A store that writes under another name first, so that dead writers leave something behind.</summary>
internal interface ITemporaryFiles
{
    /// <summary>All such files.</summary>
    Task<IReadOnlyList<TemporaryFile>> ListTemporaryAsync(CancellationToken cancellationToken);
}

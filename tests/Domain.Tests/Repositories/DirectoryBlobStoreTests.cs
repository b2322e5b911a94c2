using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Domain.Tests.Repositories;

public sealed class DirectoryBlobStoreTests : BlobStoreConformance, IDisposable
{
    private readonly TestDirectory _directory = new();

    public DirectoryBlobStoreTests() => Store = new DirectoryBlobStore(_directory.Path);

    private protected override IBlobStore Store { get; }

    public void Dispose() => _directory.Dispose();
}

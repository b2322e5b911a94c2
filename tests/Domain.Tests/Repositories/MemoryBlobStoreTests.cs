using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Domain.Tests.Repositories;

public sealed class MemoryBlobStoreTests : BlobStoreConformance
{
    private protected override IBlobStore Store { get; } = new MemoryBlobStore();
}

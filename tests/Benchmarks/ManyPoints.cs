using System.Globalization;
using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Benchmarks;

/// <summary>
/// A repository of many points without data, as a schedule of years leaves it: what listing costs. It is made in memory
/// and then written without the flushes that a backup needs.
/// </summary>
internal static class ManyPoints
{
    private const int Domains = 20;

    internal static async Task WriteAsync(string directory, int count)
    {
        var store = new MemoryBlobStore();
        using var repository = await Repository.CreateAsync(
            store, new RepositoryOptions(), TimeProvider.System, CancellationToken.None);
        for (var i = 0; i < count; i++)
            await repository.CommitAsync(Make(repository.Id, i), CancellationToken.None);
        foreach (var key in await store.ListAsync("", CancellationToken.None))
        {
            var path = Path.Combine(directory, key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, await store.ReadAllAsync(key, CancellationToken.None));
        }
    }

    internal static RestorePoint Make(string repository, int number)
    {
        var time = DateTimeOffset.UnixEpoch.AddYears(56).AddHours(number);
        var (domain, sequence) = (number % Domains, (number / Domains) + 1);
        var full = sequence % 30 == 1;
        return new RestorePoint
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{time:yyyyMMdd'T'HHmmss'Z'}-{number:x6}"),
            RepositoryId = repository,
            Domain = $"web{domain:00}",
            DomainUuid = new Guid(domain, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
            Track = "default",
            Generation = ((sequence - 1) / 30) + 1,
            Sequence = sequence,
            Level = full ? BackupLevel.Full : BackupLevel.Incremental,
            Reason = null,
            Time = time,
            Parent = null,
            Checkpoint = $"lvb.{repository}.default.{((sequence - 1) / 30) + 1}.{sequence}.00ff9a",
            Quiesced = true,
            DomainXml = DefinitionOfUsualSize,
            Disks = [Disk("vda"), Disk("vdb")],
            Warnings = [],
            MadeBy = "benchmark",
        };
    }

    /// <summary>A domain's definition is 4 to 8 KiB of XML.</summary>
    private static string DefinitionOfUsualSize { get; } =
        $"<domain type='kvm'>{string.Concat(Enumerable.Repeat("<controller type='pci' model='pcie-port'/>\n", 120))}"
        + "</domain>";

    private static RestorePointDisk Disk(string name) => new()
    {
        Name = name,
        VirtualSizeBytes = 40L * Units.GiB,
        Format = "qcow2",
        Level = BackupLevel.Full,
        Reason = null,
        Root = "hole",
        DirtyMap = null,
        ReadBytes = 0,
        DirtyBytes = 0,
        StoredBytes = 0,
    };
}

using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using LibvirtBackup.Backups;
using LibvirtBackup.Imports;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Imports;

/// <summary>
/// A backup that virtnbdbackup 1.9.15 took of a guest with two disks (full, incremental, differential, incremental),
/// with the hashes that qemu-img's copies of the paused disks had at these instants; and a repository to import it to.
/// </summary>
internal sealed class ImportScene : IDisposable
{
    /// <summary>Of each instant, vda and vdb.</summary>
    internal static readonly (string Vda, string Vdb)[] Truth =
    [
        ("7680e5e48bf0ec596a56fb66f4eace1e00148ef8cee1561e269a165016d3a956",
            "e99f6dee8ff59fcd095faa246866122e927839834c90f40afa7891290a406baa"),
        ("8380d39d9a9d82225f950f591d0717c07f151ecd3fb5f15d114a097a2c2e3102",
            "7a576ea50ef0f85c87cfcf18e4ead5ae4f4367d54564d6eff9f576be59184c89"),
        ("898aaf4fe1f433bb7efbe5777addde8882a743c9885645d7f8f891432cc10a2c",
            "7a576ea50ef0f85c87cfcf18e4ead5ae4f4367d54564d6eff9f576be59184c89"),
        ("21be465d1f36118ceecf0b28b0017f2619de4c7254dd758bd6a8a9709ac0d847",
            "7a576ea50ef0f85c87cfcf18e4ead5ae4f4367d54564d6eff9f576be59184c89"),
    ];

    internal TestDirectory Files { get; } = new();

    internal string Backup => Files.File("virtnbdbackup");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal ImportScene() => TestDirectory.Copy(Fixture(), Backup);

    internal Task<Repository> MakeRepositoryAsync(string name = "repository") => Repository.CreateAsync(
        Files.File(name), new RepositoryOptions(), TimeProvider.System, Token);

    internal Task<ImportReport> ImportAsync(Repository repository, string directory) => new ImportEngine(
        new BackupEngineOptions { StateDirectory = Files.File("state") }, TimeProvider.System).ImportAsync(
            repository, new ImportRequest { Directory = directory }, progress: null, Token);

    /// <summary>The hashes of a restored point's disks.</summary>
    internal async Task<(string Vda, string Vdb)> HashAsync(Repository repository, string point)
    {
        var directory = Files.File($"restored-{Guid.NewGuid():n}");
        await new RestoreEngine().RestoreAsync(
            repository, new RestoreRequest { Point = point, Directory = directory, Format = DiskFormat.Raw }, null,
            Token);
        return (HashOf(Path.Combine(directory, "vda.raw")), HashOf(Path.Combine(directory, "vdb.raw")));
    }

    internal static string HashOf(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    public void Dispose() => Files.Dispose();

    private static string Fixture([CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "Virtnbdbackup", "Fixture");
}

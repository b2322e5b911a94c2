using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Imports.Virtnbdbackup;

/// <summary>
/// A backup of virtnbdbackup, put together point after point in sparse files, as virtnbdrestore would do it.
/// </summary>
internal sealed class VirtnbdbackupSource : IImportSource
{
    private readonly string _scratch;
    private readonly HashSet<(int Point, string Disk)> _applied = [];

    private VirtnbdbackupSource(string directory, string scratch, VirtnbdbackupFiles files, string definition)
    {
        _scratch = scratch;
        DomainXml domain;
        try
        {
            domain = DomainXml.Parse(definition);
        }
        catch (LibvirtXmlException e)
        {
            throw StreamFile.Broken("vmconfig", $"it is no definition of a domain ({e.Message})");
        }

        Points = [.. files.Points.Select((disks, i) => new SourcePoint
        {
            Origin = $"'{disks[0].Name}' of virtnbdbackup's '{directory}'",
            Domain = domain.Name,
            DomainUuid = domain.Uuid ?? throw StreamFile.Broken("vmconfig", "it has no UUID"),
            Time = new DateTimeOffset(DateTime.SpecifyKind(disks[0].Metadata.Date, DateTimeKind.Local))
                .ToUniversalTime(),
            Quiesced = false,
            DomainXml = definition,
            Disks = [.. disks.Select(disk => new SourceDisk(
                disk.Metadata.DiskName, disk.Metadata.DiskFormat, disk.Metadata.VirtualSize,
                disk.Metadata.Incremental,
                (read, token) => ReadAsync(files, i, disk.Metadata.DiskName, read, token)))],
        })];
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourcePoint> Points { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings { get; } =
    [
        "virtnbdbackup stores no hashes: what its files hold was taken as it is; and incrementals of its versions 2 "
        + "and newer lack blocks that the guest had zeroed or trimmed, which then read as they were before",
    ];

    /// <exception cref="BackupException">Integrity: a file is missing, unfinished, cut, or does not fit.</exception>
    internal static async Task<VirtnbdbackupSource> OpenAsync(
        string directory, string scratchParent, CancellationToken cancellationToken)
    {
        directory = Path.GetFullPath(directory);
        var files = VirtnbdbackupFiles.Read(directory);
        var config = Directory.EnumerateFiles(directory, "vmconfig.*.xml").Order(StringComparer.Ordinal).LastOrDefault()
            ?? throw StreamFile.Broken("vmconfig.NAME.xml", "the domain's definition is missing");
        var definition = await File.ReadAllTextAsync(config, cancellationToken).ConfigureAwait(false);
        var scratch = JobDirectory.NewPath(scratchParent);
        JobDirectory.Create(scratch);
        return new VirtnbdbackupSource(directory, scratch, files, definition);
    }

    public void Dispose() => JobDirectory.Remove(_scratch);

    private async Task ReadAsync(
        VirtnbdbackupFiles files, int point, string disk, Func<IDiskSource, Task> read,
        CancellationToken cancellationToken)
    {
        var path = Path.Combine(_scratch, $"{disk}.raw");
        // Points that an earlier import has made are not asked for.
        for (var i = 0; i <= point; i++)
            if (_applied.Add((i, disk)))
                await StreamApplication.ApplyAsync(Find(i), path, cancellationToken).ConfigureAwait(false);
        using var source = AssembledDisk.Open(path, Find(point));
        await read(source).ConfigureAwait(false);

        StreamFile Find(int index) => files.Points[index].First(file => file.Metadata.DiskName == disk);
    }
}

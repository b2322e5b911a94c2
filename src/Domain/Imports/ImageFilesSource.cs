using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Imports;

/// <summary>Single images of one instant, which is when the newest was last written.</summary>
internal sealed class ImageFilesSource : IImportSource
{
    private ImageFilesSource(SourcePoint point) => Points = [point];

    /// <inheritdoc/>
    public IReadOnlyList<SourcePoint> Points { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings { get; } = [];

    /// <exception cref="BackupException">An image cannot be read, or is in use.</exception>
    internal static async Task<ImageFilesSource> OpenAsync(ImportRequest request, CancellationToken cancellationToken)
    {
        var definition = await File.ReadAllTextAsync(request.Definition!, cancellationToken) // validated
            .ConfigureAwait(false);
        DomainXml domain;
        try
        {
            domain = DomainXml.Parse(definition);
        }
        catch (LibvirtXmlException e)
        {
            throw new BackupException(
                FailureKind.Failed, $"'{request.Definition}' is no definition of a domain: {e.Message}", e);
        }

        var disks = new List<SourceDisk>();
        var written = DateTime.MinValue;
        foreach (var (name, path) in request.Images)
        {
            var defined = domain.Disks.FirstOrDefault(disk => disk.Target.Value == name)
                ?? throw new BackupException(
                    FailureKind.Usage, $"domain '{domain.Name}' of '{request.Definition}' has no disk '{name}'");
            var full = Path.GetFullPath(path);
            var format = request.Formats.GetValueOrDefault(name)
                ?? DefinedFormat.Require(defined, full, request.Definition!); // validated
            var chain = await ImageChain.InspectAsync(full, format, cancellationToken)
                .ConfigureAwait(false);
            foreach (var image in chain)
            {
                if (QemuLocks.IsOpenForWriting(image.FileName))
                    throw new BackupException(
                        FailureKind.Busy, $"'{image.FileName}' is open for writing: its guest runs; import a copy, or "
                            + "use 'lvbackup backup'");
                var at = File.GetLastWriteTimeUtc(image.FileName);
                written = at > written ? at : written;
            }

            disks.Add(new SourceDisk(
                name, format, chain[0].VirtualSizeBytes, TellsChanges: false,
                (read, token) => ImageSource.ReadAsync(full, format, read, token)));
        }

        return new ImageFilesSource(new SourcePoint
        {
            Origin = $"images {string.Join(", ", request.Images.Values)}",
            Domain = domain.Name,
            DomainUuid = domain.Uuid ?? throw new BackupException(
                FailureKind.Failed, $"'{request.Definition}' gives the domain no UUID"),
            Time = new DateTimeOffset(written, TimeSpan.Zero),
            Quiesced = false,
            DomainXml = definition,
            Disks = disks,
        });
    }

    public void Dispose()
    {
        // nothing is held
    }
}

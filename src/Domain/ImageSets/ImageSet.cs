using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using LibvirtBackup.Backups;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;

namespace LibvirtBackup.ImageSets;

/// <summary>
/// A directory of one domain's disks at several instants, as images that plain QEMU tools can read. A point is a
/// directory in it; it gets its name when all in it is complete and on stable storage, so a point that is there is
/// whole.
/// </summary>
internal sealed class ImageSet
{
    /// <summary>The track in the names of a set's checkpoints: a set has one.</summary>
    internal const string Track = "images";

    internal const string ManifestName = "manifest.json";
    internal const string DefinitionName = "domain.xml";
    private const string DocumentName = "set.json";
    private const string LockName = ".lock";

    private readonly ImageSetDocument _document;

    private ImageSet(string directory, ImageSetDocument document) => (Directory, _document) = (directory, document);

    /// <summary>Where it is, as an absolute path.</summary>
    internal string Directory { get; }

    /// <summary>Eight hexadecimal digits.</summary>
    internal string Id => _document.Id;

    internal Guid DomainUuid => _document.DomainUuid;

    /// <summary>Opens a domain's set, or begins one in a directory that is empty or absent.</summary>
    /// <exception cref="BackupException">It is another domain's, or something else is there.</exception>
    internal static ImageSet OpenOrCreate(string directory, string domain, Guid domainUuid, TimeProvider time)
    {
        directory = Path.GetFullPath(directory);
        try
        {
            DurableFile.CreateDirectory(directory);
            var file = Path.Combine(directory, DocumentName);
            if (!File.Exists(file))
            {
                if (System.IO.Directory.EnumerateFileSystemEntries(directory).Any(path => !IsOurs(path)))
                    throw new BackupException(
                        FailureKind.Failed,
                        $"'{directory}' holds other files and no image set; give an empty or a new directory");
                DurableFile.TryCreate(file, JsonSerializer.SerializeToUtf8Bytes(
                    new ImageSetDocument
                    {
                        Schema = ImageSetDocument.CurrentSchema,
                        Id = RandomNumberGenerator.GetHexString(8, lowercase: true),
                        Domain = domain,
                        DomainUuid = domainUuid,
                        Created = time.GetUtcNow(),
                    },
                    ImageSetJson.Documents.ImageSetDocument));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Failed, $"cannot use directory '{directory}': {e.Message}", e);
        }

        var set = Open(directory);
        return set.DomainUuid == domainUuid
            ? set
            : throw new BackupException(
                FailureKind.Failed,
                $"'{directory}' is the image set of domain '{set._document.Domain}' ({set.DomainUuid}), not of "
                + $"'{domain}' ({domainUuid}); give another directory");
    }

    /// <summary>Opens a set.</summary>
    /// <exception cref="BackupException">There is none, or it cannot be read.</exception>
    internal static ImageSet Open(string directory)
    {
        directory = Path.GetFullPath(directory);
        var document = Read(Path.Combine(directory, DocumentName), ImageSetJson.Documents.ImageSetDocument);
        return document.Schema == ImageSetDocument.CurrentSchema
            ? new ImageSet(directory, document)
            : throw new BackupException(
                FailureKind.NotSupported,
                $"'{directory}' is an image set of another version ({document.Schema}); use the version that made it");
    }

    /// <summary>Whether a directory is a set.</summary>
    internal static bool IsSet(string directory) => File.Exists(Path.Combine(directory, DocumentName));

    /// <summary>Keeps others from adding points.</summary>
    /// <exception cref="BackupException">Busy: somebody else does.</exception>
    internal FileLock Lock() =>
        FileLock.TryAcquire(Path.Combine(Directory, LockName)) ?? throw new BackupException(
            FailureKind.Busy, $"another process writes to image set '{Directory}'; wait for it, or end it");

    /// <summary>The points, oldest first.</summary>
    /// <param name="warnings">Receives what cannot be read, one line each.</param>
    internal IReadOnlyList<ImagePoint> ListPoints(List<string> warnings)
    {
        var points = new List<ImagePoint>();
        foreach (var directory in System.IO.Directory.GetDirectories(Directory))
        {
            if (!File.Exists(Path.Combine(directory, ManifestName))) continue;
            try
            {
                var point = Read(Path.Combine(directory, ManifestName), ImageSetJson.Documents.ImagePoint);
                // One that is being written, or was copied here from elsewhere, is none of this set's.
                if (point.Set == Id && point.Id == Path.GetFileName(directory)) points.Add(point);
            }
            catch (BackupException e)
            {
                warnings.Add(e.Message);
            }
        }

        return [.. points.OrderBy(point => point.Sequence)];
    }

    /// <summary>A point's directory.</summary>
    internal string PathOf(string point) => Path.Combine(Directory, point);

    /// <summary>A disk's file or device.</summary>
    internal string PathOf(ImagePoint point, ImagePointDisk disk) => Path.Combine(PathOf(point.Id), disk.File);

    /// <summary>The name of a point.</summary>
    internal static string NameOf(int sequence, BackupLevel level) =>
        string.Create(CultureInfo.InvariantCulture, $"{sequence:D6}-{level.ToString().ToLowerInvariant()}");

    /// <summary>Removes what interrupted runs have left; the caller holds the lock, and nothing writes there.</summary>
    internal void RemoveUnfinished()
    {
        foreach (var left in System.IO.Directory.GetDirectories(Directory, $"{ImageStaging.Prefix}*"))
            System.IO.Directory.Delete(left, recursive: true);
    }

    /// <summary>Notes in older points that a device's content is another one from now on.</summary>
    internal void MarkOverwritten(IEnumerable<ImagePoint> points, string device, string by)
    {
        foreach (var point in points.Where(point => point.Disks.Any(disk => IsGoing(disk))))
            DurableFile.Write(
                Path.Combine(PathOf(point.Id), ManifestName),
                Serialize(point with
                {
                    Disks = [.. point.Disks.Select(disk => IsGoing(disk) ? disk with { OverwrittenBy = by } : disk)],
                }));
        bool IsGoing(ImagePointDisk disk) => disk.File == device && disk.OverwrittenBy is null;
    }

    internal static byte[] Serialize(ImagePoint point) =>
        JsonSerializer.SerializeToUtf8Bytes(point, ImageSetJson.Documents.ImagePoint);

    private static bool IsOurs(string path) =>
        Path.GetFileName(path) is LockName || DurableFile.IsTemporary(path);

    private static T Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type)
                ?? throw new JsonException("it says nothing");
        }
        catch (JsonException e)
        {
            throw new BackupException(
                FailureKind.Integrity,
                $"'{path}' is damaged: {e.Message.ReplaceLineEndings(" ")}; bring it back from a copy, or write "
                + "another set",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Failed, $"cannot read '{path}': {e.Message}", e);
        }
    }
}

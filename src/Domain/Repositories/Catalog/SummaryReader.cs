using System.Text;
using LibvirtBackup.Backups;
using LibvirtBackup.Extents;

namespace LibvirtBackup.Repositories.Catalog;

/// <summary>Reads what <see cref="SummaryWriter"/> writes.</summary>
internal ref struct SummaryReader
{
    private ReadOnlySpan<byte> _rest;

    private SummaryReader(ReadOnlySpan<byte> bytes) => _rest = bytes;

    /// <exception cref="InvalidDataException">The bytes are no summaries.</exception>
    internal static IReadOnlyList<PointSummary> Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new SummaryReader(bytes);
        var points = new List<PointSummary>();
        for (var count = reader.ReadNumber(); count > 0; count--) points.Add(reader.ReadPoint());
        return reader._rest.Length == 0 ? points : throw new InvalidDataException("the catalog goes on after its end");
    }

    private PointSummary ReadPoint() => new()
    {
        Id = ReadText(),
        RepositoryId = ReadText(),
        Domain = ReadText(),
        DomainUuid = new Guid(Take(16), bigEndian: true),
        Track = ReadText(),
        Generation = (int)ReadNumber(),
        Sequence = (int)ReadNumber(),
        Level = (BackupLevel)ReadNumber(),
        Time = ReadTime(),
        Parent = ReadOptionalText(),
        Checkpoint = ReadOptionalText(),
        Disks = ReadDisks(),
    };

    private DateTimeOffset ReadTime()
    {
        var ticks = ReadNumber();
        return ticks <= DateTimeOffset.MaxValue.UtcTicks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : throw new InvalidDataException("the catalog has a time that is none");
    }

    private List<PointSummaryDisk> ReadDisks()
    {
        var disks = new List<PointSummaryDisk>(2);
        for (var count = ReadNumber(); count > 0; count--) disks.Add(new PointSummaryDisk(ReadText(), ReadNumber()));
        return disks;
    }

    private string? ReadOptionalText() => ReadText() is { Length: > 0 } text ? text : null;

    private string ReadText() => Encoding.UTF8.GetString(Take(ReadNumber()));

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length > _rest.Length) throw new InvalidDataException("the catalog ends early");
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private long ReadNumber() => Leb128.Read(ref _rest);
}

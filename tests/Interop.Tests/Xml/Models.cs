using FsCheck.Fluent;
using FsCheck;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Interop.Tests.Xml;

/// <summary>
/// Random models, each from a seed that FsCheck chooses and prints; all are valid for libvirt's schemas.
/// </summary>
internal static class Models
{
    private static readonly string[] s_texts =
        ["a", " ", "&", "<", ">", "\"", "'", "\r", "\n", "\t", "]]>", "é", "\U0001F600", "<!--", "&#10;", "%"];

    public static void ForAll<T>(Func<Random, T> make, Action<T> check) =>
        Prop.ForAll(Arb.From(Seeds()), seed => check(make(new Random(seed)))).QuickCheckThrowOnFailure();

    public static IEnumerable<T> Sample<T>(Func<Random, T> make) =>
        Seeds().Sample(200).Select(seed => make(new Random(seed)));

    public static DomainCheckpointXml Checkpoint(Random r) => new()
    {
        Name = Maybe(r, Name),
        Description = Maybe(r, Text),
        CreationTime = MaybeValue(r, Time),
        Parent = Maybe(r, Name),
        Disks = List(r, CheckpointDisk),
        Domain = Maybe(r, Domain),
    };

    public static DomainBackupXml Backup(Random r)
    {
        bool isPull = r.Next(2) == 0;
        return new DomainBackupXml
        {
            Mode = isPull ? DomainBackupMode.Pull : MaybeValue(r, _ => DomainBackupMode.Push),
            Incremental = Maybe(r, Name),
            Server = isPull ? Server(r) : null,
            Disks = List<DomainBackupDisk>(r, isPull ? PullDisk : PushDisk),
        };
    }

    public static DomainSnapshotXml Snapshot(Random r) => new()
    {
        Name = Maybe(r, Text),
        Description = Maybe(r, Text),
        State = MaybeValue(r, _ => DomainSnapshotState.Running),
        Parent = Maybe(r, Text),
        CreationTime = MaybeValue(r, Time),
        Memory = Maybe(r, Memory),
        Disks = List(r, SnapshotDisk),
        Domain = Maybe(r, Domain),
        Cookie = Maybe(r, _ => XmlFragment.Parse("<cookie/>")),
        Active = MaybeValue(r, _ => r.Next(2) == 0),
    };

    private static Gen<int> Seeds() => Gen.Choose(0, int.MaxValue);

    private static DomainCheckpointDisk CheckpointDisk(Random r) => r.Next(3) == 0
        ? new DomainCheckpointDisk { Name = AnyName(r), Checkpoint = CheckpointDiskMode.No }
        : new DomainCheckpointDisk
        {
            Name = AnyName(r),
            Checkpoint = MaybeValue(r, _ => CheckpointDiskMode.Bitmap),
            Bitmap = Maybe(r, Text),
            SizeBytes = MaybeValue(r, _ => r.NextInt64(long.MaxValue)),
        };

    private static DomainBackupDisk PullDisk(Random r)
    {
        DomainBackupDisk disk = WithMode(r, new DomainBackupDisk
        {
            Name = Target(r),
            ExportName = Maybe(r, Text),
            ExportBitmap = Maybe(r, Text),
        });
        return r.Next(4) == 0
            ? disk with { Backup = false }
            : disk with
            {
                Backup = MaybeValue(r, _ => true),
                Type = StorageType(r),
                DriverType = MaybeValue(r, _ => ImageFormat.Qcow2),
                Scratch = Storage(r),
            };
    }

    private static DomainBackupDisk PushDisk(Random r)
    {
        DomainBackupDisk disk = WithMode(r, new DomainBackupDisk { Name = Target(r) });
        return r.Next(4) == 0
            ? disk with { Backup = false }
            : disk with
            {
                Backup = MaybeValue(r, _ => true),
                Type = StorageType(r),
                DriverType = MaybeValue(r, _ => ImageFormat.Raw),
                Target = Maybe(r, Storage),
            };
    }

    private static DomainBackupDisk WithMode(Random r, DomainBackupDisk disk) => r.Next(3) switch
    {
        0 => disk with { BackupMode = DomainBackupDiskMode.Full },
        1 => disk with { BackupMode = DomainBackupDiskMode.Incremental, Incremental = Maybe(r, Name) },
        _ => disk,
    };

    private static DomainBackupStorage Storage(Random r) => new()
    {
        Path = FilePath(r),
        SecurityLabels = List(r, _ => XmlFragment.Parse("<seclabel model='dac' relabel='no'/>")),
        Encryption = Maybe(r, _ => XmlFragment.Parse(
            "<encryption format='luks'><secret type='passphrase' usage='u'/></encryption>")),
    };

    private static DomainBackupServer Server(Random r) => r.Next(2) == 0
        ? new UnixBackupServer { Socket = FilePath(r), Tls = MaybeValue(r, _ => r.Next(2) == 0) }
        : new TcpBackupServer { Host = "localhost", Port = MaybeValue(r, _ => r.Next(65536)), Tls = true };

    private static DomainSnapshotMemory Memory(Random r) => r.Next(2) == 0
        ? new DomainSnapshotMemory { Snapshot = DomainSnapshotLocation.Internal }
        : new DomainSnapshotMemory { Snapshot = DomainSnapshotLocation.External, File = FilePath(r) };

    private static DomainSnapshotDisk SnapshotDisk(Random r)
    {
        DomainSnapshotDisk disk = new() { Name = AnyName(r), Snapshot = DomainSnapshotLocation.External };
        return r.Next(3) switch
        {
            0 => disk with { Snapshot = DomainSnapshotLocation.Manual },
            1 => disk with { Source = Network(r) },
            _ => disk with
            {
                Source = r.Next(2) == 0
                    ? new FileDiskSource { Path = FilePath(r), Index = MaybeValue(r, _ => r.Next(1, 99)) }
                    : new BlockDiskSource { Path = FilePath(r) },
                DriverType = MaybeValue(r, _ => ImageFormat.Qcow2),
                MetadataCache = Maybe(
                    r, _ => XmlFragment.Parse("<metadata_cache><max_size>1</max_size></metadata_cache>")),
            },
        };
    }

    private static NetworkDiskSource Network(Random r) => new()
    {
        Protocol = "nbd",
        Name = Maybe(r, Text),
        Tls = MaybeValue(r, _ => true),
        Hosts = [new NetworkDiskHost { Transport = "unix", Socket = FilePath(r) }],
    };

    private static XmlFragment Domain(Random r) => XmlFragment.Parse(
        $"<domain type='kvm'>\n  <name>t{r.Next()}</name>\n  <memory>1</memory><os><type>hvm</type></os></domain>");

    private static DiskStorageType StorageType(Random r) =>
        r.Next(2) == 0 ? DiskStorageType.File : DiskStorageType.Block;

    private static CheckpointName Name(Random r) => CheckpointName.Parse(
        new string([.. r.GetItems<char>("abzABZ019_-", 1), .. r.GetItems<char>("abzABZ019_-.", r.Next(247))]));

    private static DiskName Target(Random r) => DiskName.Parse($"vd{(char)('a' + r.Next(26))}");

    private static DiskName AnyName(Random r) => r.Next(4) == 0 ? DiskName.Parse(FilePath(r)) : Target(r);

    private static string FilePath(Random r) =>
        "/" + string.Concat(r.GetItems(["a", "/", " ", "&", "é", "'", "\""], 5));

    private static string Text(Random r) => string.Concat(r.GetItems(s_texts, r.Next(5)));

    private static DateTimeOffset Time(Random r) => DateTimeOffset.FromUnixTimeSeconds(r.NextInt64(1L << 34));

    private static T? Maybe<T>(Random r, Func<Random, T> make)
        where T : class => r.Next(2) == 0 ? make(r) : null;

    private static T? MaybeValue<T>(Random r, Func<Random, T> make)
        where T : struct => r.Next(2) == 0 ? make(r) : null;

    private static ValueList<T> List<T>(Random r, Func<Random, T> make) =>
        [.. Enumerable.Range(0, r.Next(4)).Select(_ => make(r))];
}

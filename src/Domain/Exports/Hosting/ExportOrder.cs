using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LibvirtBackup.Exports.Hosting;

/// <summary>What an export is to serve, and where. It is handed to the process that does, and kept for lists.</summary>
internal sealed record ExportOrder
{
    /// <summary>The longest path of a unix socket, in bytes.</summary>
    private const int MostSocketPathBytes = 107;

    /// <summary>What the export is called on this host.</summary>
    public required string Name { get; init; }

    /// <summary>The repository's directory, as an absolute path; null for a view.</summary>
    public string? Repository { get; init; }

    /// <summary>The view of a running domain that is served; null for points.</summary>
    public string? View { get; init; }

    /// <summary>The file with the passphrase, as an absolute path, or null.</summary>
    public string? PassphraseFile { get; init; }

    /// <summary>The key file, as an absolute path, or null.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The points, by ids or enough of their beginnings; none for a view.</summary>
    public required IReadOnlyList<string> Points { get; init; }

    /// <summary>Target names of the disks, or empty for all.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>Points since which it can be asked what changed.</summary>
    public IReadOnlyList<string> Since { get; init; } = [];

    /// <summary>The unix socket, as an absolute path; null for <see cref="Listen"/>.</summary>
    public string? Socket { get; init; }

    /// <summary>The TCP address and port; null for <see cref="Socket"/>.</summary>
    public string? Listen { get; init; }

    /// <summary>The directory with the certificates, as an absolute path; null for no TLS.</summary>
    public string? TlsDirectory { get; init; }

    /// <summary>After how long without a client it ends, in seconds; null for never.</summary>
    public double? IdleSeconds { get; init; }

    /// <summary>How many clients are served at a time.</summary>
    public required int MostClients { get; init; }

    /// <summary>How much memory may hold what was read, in bytes; null for the default.</summary>
    public long? CacheBytes { get; init; }

    /// <summary>True when it is a unix socket's path that the system can take.</summary>
    /// <param name="path">The path.</param>
    public static bool IsSocketPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length > 0 && Encoding.UTF8.GetByteCount(path) <= MostSocketPathBytes;
    }

    /// <summary>What is served.</summary>
    public PointServeRequest ToRequest() =>
        new() { Points = Points, Disks = Disks, Since = Since, CacheBytes = CacheBytes };

    /// <summary>Where, and to whom.</summary>
    public NbdServerOptions ToOptions() => new()
    {
        Address = Socket is { } path ? new UnixDomainSocketEndPoint(path) : IPEndPoint.Parse(Listen!), // one of them
        TlsDirectory = TlsDirectory,
        IdleTimeout = IdleSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        MostClients = MostClients,
    };
}

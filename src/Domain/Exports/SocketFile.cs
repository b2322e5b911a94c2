using System.Net.Sockets;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Exports;

/// <summary>
/// The path of a server's unix socket. Beside it lies PATH.lock, locked as long as the server lives: of two servers one
/// gets the path, and what a killed one has left is told from a socket that somebody else has, and removed.
/// </summary>
internal sealed class SocketFile : IDisposable
{
    private readonly string _path;
    private readonly FileLock _lock;

    private SocketFile(string path, FileLock held) => (_path, _lock) = (path, held);

    /// <exception cref="BackupException">Another server has it.</exception>
    /// <exception cref="IOException">The directory is not there, or nothing can be written there.</exception>
    internal static SocketFile Take(string path)
    {
        var lockPath = LockOf(path);
        var isOurs = File.Exists(lockPath);
        var held = FileLock.TryAcquire(lockPath) ?? throw new BackupException(
            FailureKind.Failed, $"another lvbackup listens on '{path}'; choose another path, or end it");
        // Only a server of ours makes such a lock, and it lives no more: the socket beside it is of no use to anybody.
        if (isOurs && IsDead(path)) File.Delete(path);
        return new SocketFile(path, held);
    }

    /// <summary>Removes what a server has left that lives no more.</summary>
    internal static void Clear(string path)
    {
        if (!Directory.Exists(Path.GetDirectoryName(path))) return;
        File.Delete(path);
        File.Delete(LockOf(path));
    }

    /// <summary>Removes the socket, and then what it was known by.</summary>
    public void Dispose()
    {
        File.Delete(_path);
        File.Delete(_lock.Path);
        _lock.Dispose();
    }

    /// <summary>Gives up the path, which is somebody else's.</summary>
    internal void Leave()
    {
        File.Delete(_lock.Path);
        _lock.Dispose();
    }

    private static string LockOf(string path) => $"{path}.lock";

    private static bool IsDead(string path)
    {
        // A file that is no socket refuses connections as well.
        if (!File.Exists(path) || PosixFile.GetIdentity(path) is not null) return false;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }
}

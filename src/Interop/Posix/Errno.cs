namespace LibvirtBackup.Interop.Posix;

/// <summary>
/// The error numbers of Linux that this library decides on; the same on every architecture that .NET runs on.
/// </summary>
public static class Errno
{
    /// <summary>Operation not permitted; also of a file system that does not know the operation.</summary>
    public const int NotPermitted = 1;

    /// <summary>No such file or directory.</summary>
    public const int NoEntry = 2;

    /// <summary>No such process.</summary>
    public const int NoProcess = 3;

    /// <summary>A signal interrupted the call.</summary>
    public const int Interrupted = 4;

    /// <summary>Input/output error.</summary>
    public const int Io = 5;

    /// <summary>No such device or address; from a seek: no more data.</summary>
    public const int NoDeviceOrAddress = 6;

    /// <summary>Try again; the same number as EWOULDBLOCK.</summary>
    public const int TryAgain = 11;

    /// <summary>Block device required.</summary>
    public const int NotBlockDevice = 15;

    /// <summary>Device or resource busy.</summary>
    public const int Busy = 16;

    /// <summary>File exists.</summary>
    public const int Exists = 17;

    /// <summary>Invalid argument.</summary>
    public const int Invalid = 22;

    /// <summary>No space left on device.</summary>
    public const int NoSpace = 28;

    /// <summary>No locks available: the file system's lock service does not answer.</summary>
    public const int NoLocks = 37;

    /// <summary>Protocol error.</summary>
    public const int Protocol = 71;

    /// <summary>Bad message; XFS and ext4 of a block that does not match its checksum.</summary>
    public const int BadMessage = 74;

    /// <summary>Operation not supported.</summary>
    public const int NotSupported = 95;

    /// <summary>Transport endpoint is not connected.</summary>
    public const int NotConnected = 107;

    /// <summary>Cannot send after the transport endpoint was shut down.</summary>
    public const int Shutdown = 108;

    /// <summary>Connection timed out.</summary>
    public const int TimedOut = 110;

    /// <summary>Structure needs cleaning: the file system is damaged.</summary>
    public const int StructureNeedsCleaning = 117;
}

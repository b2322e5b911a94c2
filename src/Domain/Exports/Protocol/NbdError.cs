namespace LibvirtBackup.Exports.Protocol;

/// <summary>Errors of requests: numbers of Linux, whatever the client's system.</summary>
internal enum NbdError : uint
{
    None = 0,
    NotPermitted = 1,
    InputOutput = 5,
    Invalid = 22,
    Overflow = 75,
    NotSupported = 95,
}

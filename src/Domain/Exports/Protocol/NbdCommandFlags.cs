namespace LibvirtBackup.Exports.Protocol;

/// <summary>How a client wants it.</summary>
[Flags]
internal enum NbdCommandFlags : ushort
{
    None = 0,

    /// <summary>The answer to a read has to be one piece.</summary>
    DoNotFragment = 1 << 2,

    /// <summary>One extent per context is enough.</summary>
    RequestOne = 1 << 3,

    /// <summary>With extended headers: the length is that of a payload.</summary>
    PayloadLength = 1 << 5,
}

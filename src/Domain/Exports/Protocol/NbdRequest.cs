namespace LibvirtBackup.Exports.Protocol;

/// <summary>One request of a client.</summary>
/// <param name="Command">What it wants; perhaps a number that nobody knows.</param>
/// <param name="Flags">How.</param>
/// <param name="Cookie">The client's name for the request.</param>
/// <param name="Offset">Where, in bytes.</param>
/// <param name="Length">How much, in bytes.</param>
internal readonly record struct NbdRequest(
    NbdCommand Command, NbdCommandFlags Flags, ulong Cookie, ulong Offset, ulong Length);

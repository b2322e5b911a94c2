namespace LibvirtBackup.Qmp;

/// <summary>How a node is cached.</summary>
/// <param name="NoFlush">Whether flushes are ignored.</param>
internal sealed record NodeCache(bool NoFlush);

namespace LibvirtBackup.Domain.Tests.Repositories.Faults;

/// <summary>What can be asked of a blob store.</summary>
[Flags]
internal enum StoreOperations
{
    None = 0,
    Put = 1,
    Read = 2,
    Length = 4,
    List = 8,
    Delete = 16,
    Writes = Put | Delete,
    Reads = Read | Length | List,
    All = Writes | Reads,
}

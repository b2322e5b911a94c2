namespace LibvirtBackup.Domain.Tests.Repositories.Faults;

/// <summary>What is to go wrong, and when.</summary>
/// <param name="Operations">The operations that are counted.</param>
/// <param name="Number">How many of them go well first.</param>
/// <param name="Kind">How it goes wrong.</param>
/// <param name="IsLasting">True when all later ones of them fail as well, as on a full or dead disk.</param>
/// <param name="Folder">Only keys that begin so are counted.</param>
internal sealed record Fault(
    StoreOperations Operations, int Number, FaultKind Kind, bool IsLasting = false, string Folder = "");

namespace LibvirtBackup.Repositories.Locks;

/// <summary>Packs that gc is about to delete. Sessions that begin later take them for absent.</summary>
/// <param name="Packs">Ids of packs, hexadecimal.</param>
internal sealed record CondemnedDocument(IReadOnlyList<string> Packs);

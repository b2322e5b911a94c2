namespace LibvirtBackup.Repositories.Keys;

/// <summary>One way to open an encrypted repository.</summary>
/// <param name="Id">Eight hexadecimal digits.</param>
/// <param name="Kind">What kind of secret opens it.</param>
/// <param name="Label">What the user calls it.</param>
/// <param name="Created">When it was made, UTC.</param>
public sealed record KeySlot(string Id, KeySlotKind Kind, string Label, DateTimeOffset Created);

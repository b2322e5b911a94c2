namespace LibvirtBackup.Generator.Description;

/// <param name="Value">A number, or the name of another constant.</param>
internal sealed record EnumConstant(string Name, string Value, bool IsBit, Version Since);

namespace LibvirtBackup.Generator.Description;

/// <summary>A parameter or a return value; the note is prose that is read for facts and never copied.</summary>
internal sealed record Parameter(string Name, CType Type, string Note);

namespace LibvirtBackup.Generator.Description;

/// <param name="Union">The members when the field is an anonymous union; otherwise empty.</param>
internal sealed record StructField(string Name, CType Type, IReadOnlyList<StructField> Union);

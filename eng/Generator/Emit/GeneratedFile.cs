namespace LibvirtBackup.Generator.Emit;

/// <param name="Path">Relative to the Interop project, with forward slashes.</param>
internal sealed record GeneratedFile(string Path, string Text);

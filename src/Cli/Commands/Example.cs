namespace LibvirtBackup.Cli.Commands;

/// <summary>An example on a help page.</summary>
/// <param name="Line">The arguments, without the program's name.</param>
/// <param name="Explanation">What the line does, in a few words.</param>
internal sealed record Example(string Line, string Explanation);

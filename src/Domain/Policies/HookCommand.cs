namespace LibvirtBackup.Policies;

/// <summary>A program that is given JSON on its standard input.</summary>
/// <param name="Command">The program, an absolute path, and its arguments; no shell sees them.</param>
/// <param name="Timeout">After so long it is ended, with all that it has started.</param>
public sealed record HookCommand(IReadOnlyList<string> Command, TimeSpan Timeout);

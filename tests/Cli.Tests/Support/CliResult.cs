namespace LibvirtBackup.Cli.Tests.Support;

/// <summary>How a run of the program ended.</summary>
internal sealed record CliResult(int ExitCode, string Out, string Error);

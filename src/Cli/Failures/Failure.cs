namespace LibvirtBackup.Cli.Failures;

/// <summary>How a failed command ends: the exit code and the one line that explains it.</summary>
/// <param name="ExitCode">One of <see cref="Cli.ExitCode"/>.</param>
/// <param name="Message">What, on what, why, what next; one line without the program's name.</param>
/// <param name="Libvirt">libvirt's codes when libvirt refused, else null.</param>
internal sealed record Failure(int ExitCode, string Message, LibvirtCodes? Libvirt = null);

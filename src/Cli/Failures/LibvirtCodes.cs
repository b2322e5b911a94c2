namespace LibvirtBackup.Cli.Failures;

/// <summary>The numbers of a libvirt error.</summary>
/// <param name="Code">The <c>virErrorNumber</c>.</param>
/// <param name="Domain">The <c>virErrorDomain</c>: which part of libvirt said so.</param>
internal sealed record LibvirtCodes(int Code, int Domain);

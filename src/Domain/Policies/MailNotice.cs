namespace LibvirtBackup.Policies;

/// <summary>A mail, handed to a program of this host.</summary>
/// <param name="Command">The program and its arguments; it reads the message from its standard input.</param>
/// <param name="To">The address that it is for.</param>
/// <param name="From">The address that it is from, or null for the program's own choice.</param>
/// <param name="Timeout">How long it may take.</param>
public sealed record MailNotice(IReadOnlyList<string> Command, string To, string? From, TimeSpan Timeout);

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Something that the daemon wants to know before it lets a client in.</summary>
/// <param name="Type">What is asked for: a user name, a password and so on.</param>
/// <param name="Prompt">The daemon's text for a person.</param>
/// <param name="Challenge">What the answer must fit to; null when there is no challenge.</param>
/// <param name="DefaultAnswer">What the daemon suggests; null when it suggests nothing.</param>
public sealed record LibvirtCredentialRequest(
    VirConnectCredentialType Type,
    string Prompt,
    string? Challenge,
    string? DefaultAnswer);

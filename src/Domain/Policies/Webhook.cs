namespace LibvirtBackup.Policies;

/// <summary>An HTTP address that the result is posted to.</summary>
/// <param name="Url">The address; null when a file has it.</param>
/// <param name="UrlFile">A file whose first line is the address, where that is a secret; else null.</param>
/// <param name="TokenFile">A file whose first line is sent as bearer token, or null.</param>
/// <param name="Timeout">How long it may take.</param>
public sealed record Webhook(Uri? Url, string? UrlFile, string? TokenFile, TimeSpan Timeout);

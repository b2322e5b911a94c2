namespace LibvirtBackup.Backups.Capturing;

/// <summary>Where the different kinds of libvirt keep what they choose the places of.</summary>
internal static class LibvirtPlaces
{
    /// <param name="connectionUri">Whose libvirt it is.</param>
    /// <param name="system">The system daemon's directory.</param>
    /// <param name="embedded">The embedded driver's, below its root.</param>
    /// <param name="session">A user's own daemon's in different versions, below its configuration.</param>
    internal static IReadOnlyList<string> DirectoriesOf(
        string connectionUri, string system, string embedded, IReadOnlyList<string> session)
    {
        if (connectionUri.Contains("/session", StringComparison.Ordinal))
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var config = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } set
                ? set
                : Path.Combine(home, ".config");
            return [.. session.Select(directory => Path.Combine(config, "libvirt", directory))];
        }

        const string root = "/embed?root=";
        var at = connectionUri.IndexOf(root, StringComparison.Ordinal);
        return at < 0 ? [system] : [Path.Combine(connectionUri[(at + root.Length)..], embedded)];
    }
}

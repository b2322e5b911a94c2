namespace LibvirtBackup.Cli.BackupJobs;

/// <summary><c>backup-begin --json</c> and <c>backup-abort --json</c>.</summary>
internal sealed record BackupJobDocument(string Schema, string Domain)
{
    /// <summary>The document of a command.</summary>
    internal static BackupJobDocument Of(string command, string domain) => new($"lvbackup/{command}/1", domain);
}

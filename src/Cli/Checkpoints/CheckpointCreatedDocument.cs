namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-create --json</c> and <c>checkpoint-create-as --json</c>.</summary>
internal sealed record CheckpointCreatedDocument(string Schema, string Domain, string Checkpoint)
{
    /// <summary>The document of a command.</summary>
    internal static CheckpointCreatedDocument Of(string command, string domain, string checkpoint) =>
        new($"lvbackup/{command}/1", domain, checkpoint);
}

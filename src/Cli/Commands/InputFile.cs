namespace LibvirtBackup.Cli.Commands;

/// <summary>Reads the files that users name.</summary>
internal static class InputFile
{
    /// <summary>Reads a text file.</summary>
    /// <exception cref="BackupException">It cannot be read.</exception>
    internal static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : e.Message;
            throw new BackupException(FailureKind.Failed, $"cannot read the file '{path}': {reason}", e);
        }
    }
}

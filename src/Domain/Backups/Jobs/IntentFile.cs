using System.Text.Json;
using LibvirtBackup.State;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// The intent of one domain's running or crashed run; there is at most one, since the domain is locked.
/// </summary>
internal sealed class IntentFile(string domainDirectory)
{
    private readonly string _path = Path.Combine(domainDirectory, "intent.json");

    /// <summary>The intent that an earlier run left, or null.</summary>
    /// <exception cref="BackupException">The file is damaged.</exception>
    internal JobIntent? Read()
    {
        if (!File.Exists(_path)) return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(_path), JobJson.Default.JobIntent);
        }
        catch (JsonException e)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"'{_path}' cannot be read ({e.Message}); see whether a backup job runs ('virsh domjobinfo'), end it, "
                + "then delete the file",
                e);
        }
    }

    internal void Write(JobIntent intent) =>
        DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(intent, JobJson.Default.JobIntent));

    internal void Clear() => DurableFile.Delete(_path);
}

using System.Text.Json;
using LibvirtBackup.Policies.Planning;
using LibvirtBackup.State;

namespace LibvirtBackup.Policies.Running;

/// <summary>The notes of one policy in the state directory: written durably before and after each attempt.</summary>
internal sealed class PolicyNotesFile
{
    private readonly Lock _gate = new();
    private readonly string _path;

    private PolicyNotesFile(string path, PolicyNotes notes, string? warning) =>
        (_path, Notes, Warning) = (path, notes, warning);

    internal PolicyNotes Notes { get; private set; }

    /// <summary>Why earlier notes are not known, or null.</summary>
    internal string? Warning { get; }

    /// <summary>Reads them.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <param name="policy">The policy's name.</param>
    internal static PolicyNotesFile Open(string stateDirectory, string policy)
    {
        var path = Path.Combine(DirectoryOf(stateDirectory), policy + ".json");
        try
        {
            if (!File.Exists(path)) return new PolicyNotesFile(path, PolicyNotes.Empty, null);
            var notes = JsonSerializer.Deserialize(File.ReadAllBytes(path), PolicyJson.Default.PolicyNotes);
            return notes is { Tasks: not null } ? new PolicyNotesFile(path, notes, null)
                : throw new JsonException("there are none in it");
        }
        catch (JsonException e)
        {
            return new PolicyNotesFile(
                path, PolicyNotes.Empty,
                $"the notes of policy '{policy}' in '{path}' are not readable ({e.Message}) and begin anew; a check or "
                + "an attempt may be repeated");
        }
    }

    internal static string DirectoryOf(string stateDirectory) => Path.Combine(stateDirectory, "policies");

    internal void Change(Func<PolicyNotes, PolicyNotes> change)
    {
        lock (_gate)
        {
            Notes = change(Notes);
            DurableFile.CreateDirectory(Path.GetDirectoryName(_path)!); // the path has one
            DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(Notes, PolicyJson.Default.PolicyNotes));
        }
    }
}

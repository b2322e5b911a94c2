using System.Text.Json;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;

namespace LibvirtBackup.InstantRecovery;

/// <summary>The notes of this host about domains that run from a repository, one directory each.</summary>
internal sealed class InstantRegistry(StateDirectory state)
{
    private const string NoteFile = "domain.json";

    /// <summary>All domains, by name.</summary>
    internal IReadOnlyList<InstantDomain> List() => Directory.Exists(state.InstantDirectory)
        ? [.. Directory.GetDirectories(state.InstantDirectory).Select(Read).OfType<InstantDomain>()
            .OrderBy(domain => domain.Name, StringComparer.Ordinal)]
        : [];

    /// <summary>The domain with this name or UUID; null when there is none.</summary>
    internal InstantDomain? Find(string nameOrUuid) => List().FirstOrDefault(
        domain => domain.Name == nameOrUuid || domain.Uuid.ToString() == nameOrUuid);

    /// <exception cref="BackupException">There is none with this name or UUID.</exception>
    internal InstantDomain Get(string nameOrUuid) => Find(nameOrUuid) ?? throw new BackupException(
        FailureKind.Failed,
        $"no domain '{nameOrUuid}' runs from a repository on this host ({Names()}); 'lvbackup boot --list' shows them");

    internal void Save(InstantDomain domain)
    {
        var directory = DirectoryOf(domain.Uuid);
        DurableFile.CreateDirectory(directory);
        DurableFile.Write(
            Path.Combine(directory, NoteFile),
            JsonSerializer.SerializeToUtf8Bytes(domain, InstantJson.Default.InstantDomain));
    }

    /// <summary>Forgets a domain of which nothing is left.</summary>
    internal void Remove(InstantDomain domain)
    {
        var directory = DirectoryOf(domain.Uuid);
        // The note first: what has none is nobody's.
        DurableFile.Delete(Path.Combine(directory, NoteFile));
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    /// <summary>Lets no other process change what is there of a domain, until it is disposed.</summary>
    /// <exception cref="BackupException">Busy: another process does.</exception>
    internal FileLock Lock(Guid uuid, string name)
    {
        DurableFile.CreateDirectory(DirectoryOf(uuid));
        return TryLock(uuid) ?? throw new BackupException(
            FailureKind.Busy,
            $"another process boots, finishes or discards domain '{name}' right now; wait for it");
    }

    /// <summary>The same; null when another process has it.</summary>
    internal FileLock? TryLock(Guid uuid) => FileLock.TryAcquire(Path.Combine(DirectoryOf(uuid), "lock"));

    /// <summary>Where the server notes which process it is.</summary>
    internal string ServerNoteOf(Guid uuid) => Path.Combine(DirectoryOf(uuid), "server.json");

    private static InstantDomain? Read(string directory)
    {
        try
        {
            return JsonSerializer.Deserialize(
                File.ReadAllBytes(Path.Combine(directory, NoteFile)), InstantJson.Default.InstantDomain);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"the note '{Path.Combine(directory, NoteFile)}' cannot be read: {e.Message}; remove its directory "
                + "when the domain that it belongs to is gone",
                e);
        }
    }

    private string DirectoryOf(Guid uuid) => Path.Combine(state.InstantDirectory, uuid.ToString());

    private string Names() => List() is { Count: > 0 } known
        ? $"there is {string.Join(", ", known.Select(domain => $"'{domain.Name}'"))}"
        : "there is none at all";
}

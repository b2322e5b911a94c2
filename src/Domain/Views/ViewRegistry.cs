using System.Text.Json;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;

namespace LibvirtBackup.Views;

/// <summary>The records of this host's views: <c>views/NAME</c> in the state directory.</summary>
internal sealed class ViewRegistry(string stateDirectory)
{
    private const string RecordFile = "view.json";

    private readonly string _root = Path.Combine(Path.GetFullPath(stateDirectory), "views");

    /// <summary>All views, by name.</summary>
    internal IReadOnlyList<ViewRecord> List() => Directory.Exists(_root)
        ? [.. Directory.GetDirectories(_root).Select(path => Read(Path.GetFileName(path))).OfType<ViewRecord>()
            .OrderBy(view => view.Name, StringComparer.Ordinal)]
        : [];

    /// <exception cref="BackupException">There is none of that name, or what is there cannot be read.</exception>
    internal ViewRecord Get(string name) =>
        (IsName(name) ? Read(name) : null) ?? throw new BackupException(
            FailureKind.Failed, $"there is no view '{name}' on this host; see 'lvbackup snapshot-list'");

    /// <exception cref="BackupException">Usage: a view cannot be called so.</exception>
    internal static void CheckName(string name)
    {
        if (!IsName(name))
            throw new BackupException(
                FailureKind.Usage,
                $"a view cannot be called '{name}'; take up to 64 letters, digits, '.', '-' and '_'");
    }

    /// <summary>Keeps other processes from opening or closing a view, until it is disposed.</summary>
    /// <exception cref="BackupException">Busy: another process does.</exception>
    internal FileLock Lock(string name)
    {
        DurableFile.CreateDirectory(DirectoryOf(name));
        return FileLock.TryAcquire(LockOf(name)) ?? throw new BackupException(
            FailureKind.Busy, $"another process opens or closes view '{name}' right now; wait for it");
    }

    /// <summary>Whether another process opens or closes a view now.</summary>
    internal bool IsBusy(string name)
    {
        if (!File.Exists(LockOf(name))) return false;
        using var held = FileLock.TryAcquire(LockOf(name), FileLockMode.Shared);
        return held is null;
    }

    internal bool Exists(string name) => File.Exists(Path.Combine(DirectoryOf(name), RecordFile));

    internal void Save(ViewRecord view) => DurableFile.Write(
        Path.Combine(DirectoryOf(view.Name), RecordFile),
        JsonSerializer.SerializeToUtf8Bytes(view, ViewsJson.Default.ViewRecord));

    /// <summary>Forgets a view of which nothing is left; the record first, since what has none is nobody's.</summary>
    internal void Remove(string name, FileLock held)
    {
        DurableFile.Delete(Path.Combine(DirectoryOf(name), RecordFile));
        File.Delete(held.Path);
        foreach (var temporary in Directory.GetFiles(DirectoryOf(name)).Where(file => DurableFile.IsTemporary(file)))
            File.Delete(temporary);
        Directory.Delete(DirectoryOf(name));
    }

    private static bool IsName(string name)
    {
        const int longest = 64;
        return name.Length is > 0 and <= longest && name[0] is not ('.' or '-')
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
    }

    private ViewRecord? Read(string name)
    {
        var file = Path.Combine(DirectoryOf(name), RecordFile);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), ViewsJson.Default.ViewRecord);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"the record '{file}' cannot be read: {e.Message}; when the domain of that view was stopped, remove "
                + "its directory",
                e);
        }
    }

    private string DirectoryOf(string name) => Path.Combine(_root, name);

    private string LockOf(string name) => Path.Combine(DirectoryOf(name), "lock");
}

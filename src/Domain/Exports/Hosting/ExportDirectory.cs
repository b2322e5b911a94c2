using System.Text.Json;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;

namespace LibvirtBackup.Exports.Hosting;

/// <summary>
/// Where an export keeps what others have to find: <c>exports/NAME</c> in the state directory, for its own user only.
/// </summary>
internal sealed class ExportDirectory
{
    private const UnixFileMode OwnersOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _path;

    internal ExportDirectory(string stateDirectory, string name)
    {
        Name = name;
        _path = Path.Combine(RootIn(stateDirectory), name);
    }

    internal string Name { get; }

    /// <summary>Where its process takes orders.</summary>
    internal string ControlSocket => Path.Combine(_path, "control");

    /// <summary>Where it serves when nothing else was said.</summary>
    internal string DefaultSocket => Path.Combine(_path, "nbd");

    private string RecordFile => Path.Combine(_path, "export.json");

    internal static IReadOnlyList<ExportDirectory> List(string stateDirectory) =>
        Directory.Exists(RootIn(stateDirectory))
            ? [.. Directory.GetDirectories(RootIn(stateDirectory))
                .Select(path => new ExportDirectory(stateDirectory, Path.GetFileName(path)))
                .OrderBy(one => one.Name, StringComparer.Ordinal)]
            : [];

    /// <summary>Makes the directory and takes its lock, which ends with the process in any case.</summary>
    /// <exception cref="BackupException">Busy: another process has it.</exception>
    internal FileLock Open()
    {
        DurableFile.CreateDirectory(_path);
        File.SetUnixFileMode(_path, OwnersOnly);
        return FileLock.TryAcquire(Path.Combine(_path, "lock")) ?? throw new BackupException(
            FailureKind.Busy, $"an export '{Name}' runs already; give another --name, or stop it");
    }

    /// <returns>What was written down; null while the export begins, or where what is there cannot be read.</returns>
    internal ExportRecord? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(RecordFile), HostingJson.Default.ExportRecord);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    internal void Write(ExportRecord record) => DurableFile.Write(
        RecordFile, JsonSerializer.SerializeToUtf8Bytes(record, HostingJson.Default.ExportRecord));

    /// <summary>Removes what an export has left, the lock last.</summary>
    internal void Clear(FileLock held)
    {
        foreach (var file in (string[])[RecordFile, ControlSocket, DefaultSocket, $"{DefaultSocket}.lock", held.Path])
            File.Delete(file);
        foreach (var temporary in Directory.GetFiles(_path).Where(file => DurableFile.IsTemporary(file)))
            File.Delete(temporary);
        Directory.Delete(_path);
    }

    private static string RootIn(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), "exports");
}

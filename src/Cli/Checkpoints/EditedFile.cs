using System.Diagnostics;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary>A private file that the user edits; it goes when this is disposed.</summary>
internal sealed class EditedFile : IDisposable
{
    private readonly string _editor;
    private readonly string _path;

    internal EditedFile(string text, CliEnvironment environment)
    {
        _editor = environment.NonEmpty("VISUAL") ?? environment.NonEmpty("EDITOR") ?? "vi";
        _path = Path.Combine(Path.GetTempPath(), $"lvbackup-{Guid.NewGuid():N}.xml");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            // The document may hold the domain's passwords.
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var writer = new StreamWriter(_path, options);
        writer.Write(text);
    }

    /// <summary>Runs the editor, which has the terminal meanwhile, and reads what was saved.</summary>
    /// <exception cref="BackupException">The editor failed.</exception>
    internal async Task<string> EditAsync(CancellationToken cancellationToken)
    {
        // Through the shell, for the variables may hold arguments ("emacs -nw").
        var start = new ProcessStartInfo("/bin/sh", ["-c", _editor + " \"$1\"", "sh", _path])
        {
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!; // Null only when the shell starts it.

        // Not cancelled: Control-C in the editor is the editor's.
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            throw new BackupException(
                FailureKind.Failed, $"the editor '{_editor}' ended with code {process.ExitCode}; nothing was changed");
        }

        return await File.ReadAllTextAsync(_path, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(_path);
}

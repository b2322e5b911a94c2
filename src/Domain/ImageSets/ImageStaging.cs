using System.Security.Cryptography;
using System.Text;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;

namespace LibvirtBackup.ImageSets;

/// <summary>
/// The directory in which a point is written, beside those that are complete: relative names mean the same before and
/// after it gets its own name, which is the last step.
/// </summary>
internal static class ImageStaging
{
    internal const string Prefix = "lvb-";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A name that nothing has.</summary>
    internal static string NewPath(ImageSet set) =>
        Path.Combine(set.Directory, Prefix + RandomNumberGenerator.GetHexString(8, lowercase: true));

    /// <summary>Makes it.</summary>
    /// <exception cref="BackupException">It cannot be made.</exception>
    internal static void Create(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(FailureKind.Failed, $"cannot make directory '{directory}': {e.Message}", e);
        }
    }

    /// <summary>Makes it, for the user that QEMU runs as.</summary>
    /// <exception cref="BackupException">It cannot be made, or QEMU does not get in.</exception>
    internal static async Task CreateAsync(string directory, QemuOwner? owner, CancellationToken cancellationToken)
    {
        Create(directory);
        if (owner is not null)
            await QemuShare.GiveAsync(directory, owner, "--to", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a file back from QEMU's user, and brings it to stable storage.</summary>
    internal static void Close(string path)
    {
        if (Environment.IsPrivilegedProcess) PosixFile.ChangeOwner(path, 0, 0);
        File.SetUnixFileMode(path, OwnerFile);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Gives the point its name: from here on it exists.</summary>
    internal static void Publish(ImageSet set, string directory, ImagePoint point, string definition)
    {
        DurableFile.Write(Path.Combine(directory, ImageSet.DefinitionName), Encoding.UTF8.GetBytes(definition));
        DurableFile.Write(Path.Combine(directory, ImageSet.ManifestName), ImageSet.Serialize(point));
        Directory.Move(directory, set.PathOf(point.Id));
        PosixFile.FlushDirectory(set.Directory);
    }

    internal static string HashOf(string definition) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(definition)));
}

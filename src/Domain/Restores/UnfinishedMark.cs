using System.Globalization;
using System.Text;
using LibvirtBackup.State;

namespace LibvirtBackup.Restores;

/// <summary>
/// The file beside a disk which says that its restore has not finished. Without one, a file under a disk's own name is
/// what it was, or all that it shall be.
/// </summary>
internal static class UnfinishedMark
{
    /// <summary>Marks a file that is about to be written in place.</summary>
    internal static void WriteInPlace(string point, DiskDestination disk) => DurableFile.Write(
        disk.IncompletePath,
        Encoding.UTF8.GetBytes(
            $"A restore of point {point} has begun to write this disk and has not finished: run it again.\n"));

    /// <summary>
    /// Marks a disk that is complete under its temporary name and gets its own before the others do. It names them all,
    /// since a kill may leave any of the marks.
    /// </summary>
    internal static void WriteNew(string point, DiskDestination disk, IReadOnlyList<DiskDestination> made)
    {
        var lines = made.Select(one => LineOf(point, one.Path, File.GetLastWriteTimeUtc(one.PartialPath)));
        DurableFile.Write(disk.IncompletePath, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
    }

    /// <summary>What the marks beside these disks say.</summary>
    internal static IReadOnlySet<string> ReadAll(IEnumerable<string> paths)
    {
        var lines = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            try
            {
                lines.UnionWith(File.ReadLines(DiskDestination.IncompletePathOf(path)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // None, or none of ours.
            }
        }

        return lines;
    }

    /// <summary>
    /// Whether a file is a disk which that point's restore left when it was killed, and nobody has written to it since:
    /// the same restore may replace it.
    /// </summary>
    internal static bool IsNamed(IReadOnlySet<string> marks, string point, string path) =>
        File.Exists(path) && marks.Contains(LineOf(point, path, File.GetLastWriteTimeUtc(path)));

    internal static void Remove(DiskDestination disk) => DurableFile.Delete(disk.IncompletePath);

    private static string LineOf(string point, string path, DateTime written) => string.Create(
        CultureInfo.InvariantCulture,
        $"A restore of point {point} has not finished, run it again; {Path.GetFileName(path)} is complete since "
        + $"{written:O}");
}

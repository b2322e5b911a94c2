using System.Globalization;

namespace LibvirtBackup.InstantRecovery.Mounts;

/// <summary>A partition of a disk.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="OffsetBytes">Where it begins.</param>
/// <param name="LengthBytes">How long it is.</param>
internal sealed record DiskPartition(int Number, long OffsetBytes, long LengthBytes)
{
    private const int Sector = 512; // partx counts in these, whatever the disk's own are

    /// <summary>The partitions of a disk's file, by partx, which needs nothing of the kernel.</summary>
    /// <returns>None where there is no table.</returns>
    /// <exception cref="BackupException">Not supported: partx is not installed.</exception>
    internal static async Task<IReadOnlyList<DiskPartition>> ReadAsync(
        string image, CancellationToken cancellationToken)
    {
        var (exitCode, output, _) = await HostTool.RunAsync(
            "partx", "util-linux", ["--noheadings", "--raw", "--output", "NR,START,SECTORS", image],
            cancellationToken).ConfigureAwait(false);
        return exitCode == 0 ? Parse(output) : [];
    }

    /// <summary>Reads what partx printed: number, first sector, sectors.</summary>
    internal static IReadOnlyList<DiskPartition> Parse(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Array.ConvertAll(
                line.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                number => long.Parse(number, CultureInfo.InvariantCulture)))
            .Select(numbers => new DiskPartition((int)numbers[0], numbers[1] * Sector, numbers[2] * Sector))
            .Where(part => part.LengthBytes > 2 * Sector) // an extended partition holds others, and no files
            .OrderBy(part => part.Number)];
}

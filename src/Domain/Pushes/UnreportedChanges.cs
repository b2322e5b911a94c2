using LibvirtBackup.Extents;
using LibvirtBackup.Hosts;

namespace LibvirtBackup.Pushes;

/// <summary>
/// Finds changes that no bitmap reported, as a pull backup does by the allocation map: what was data in the image
/// below, and is nothing on the disk any more, must not be data in the new image. A disk that shrank and grew again
/// is so.
/// </summary>
internal sealed class UnreportedChanges
{
    /// <summary>Smaller pieces are written together with what lies beside them.</summary>
    private const int BlockBytes = 64 * Units.KiB;

    private readonly List<(PushTarget Target, RangeSet Before, RangeSet Live, string? Raw)> _disks = [];

    /// <summary>Looks at the disks just before the job begins.</summary>
    /// <param name="targets">What will be written.</param>
    /// <param name="below">The image of the base, by disk.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<UnreportedChanges> LookAsync(
        IReadOnlyList<PushTarget> targets, Func<PushTarget, (string Path, string Format)> below,
        CancellationToken cancellationToken)
    {
        var found = new UnreportedChanges();
        foreach (var target in targets.Where(target => target.Plan.Parent is not null))
        {
            if (target.Plan.Disk.Path is not { } path) continue; // nobody can look at it from here
            await ImageChain.InspectAsync(path, target.Plan.Disk.Format, cancellationToken).ConfigureAwait(false);
            var (image, format) = below(target);
            var before = await QemuImage.ReadDataSharedAsync(image, format, cancellationToken).ConfigureAwait(false);
            var live = await QemuImage.ReadDataSharedAsync(path, target.Plan.Disk.Format, cancellationToken)
                .ConfigureAwait(false);
            // Zeroes that QEMU wrote to a raw image can look like data there: its content has to tell.
            var raw = target.Format == "raw" ? target.Path : format == "raw" ? image : null;
            found._disks.Add((target, before, live, raw));
        }

        return found;
    }

    /// <summary>The first disk of which something was not reported, or null.</summary>
    internal async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        foreach (var (target, before, live, raw) in _disks)
        {
            var now = await QemuImage.ReadDataSharedAsync(target.Path, target.Format, cancellationToken)
                .ConfigureAwait(false);
            var suspects = Suspect(before, live, now);
            if (raw is null ? suspects.Any() : HoldsData(raw, suspects, cancellationToken)) return target.Name;
        }

        return null;
    }

    /// <summary>Blocks that were data, are nothing on the disk, and are data all the same. Pure.</summary>
    internal static IEnumerable<ByteRange> Suspect(RangeSet before, RangeSet live, RangeSet now)
    {
        foreach (var range in now)
            for (var at = Units.RoundUp(range.Offset, BlockBytes); at + BlockBytes <= range.End; at += BlockBytes)
            {
                var block = new ByteRange(at, BlockBytes);
                if (before.Contains(block) && !live.Overlaps(block)) yield return block;
            }
    }

    private static bool HoldsData(string path, IEnumerable<ByteRange> blocks, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(path, share: FileShare.ReadWrite);
        var buffer = new byte[BlockBytes];
        foreach (var block in blocks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = RandomAccess.Read(file, buffer, block.Offset);
            if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0)) return true;
        }

        return false;
    }
}

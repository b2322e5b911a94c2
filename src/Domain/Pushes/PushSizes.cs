using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Pushes;

/// <summary>How large disks are, before a push begins.</summary>
/// <param name="Virtual">The size that the guest sees, by disk.</param>
/// <param name="Data">
/// How much of it there is at most, by disk; less than the truth only where images are compressed.
/// </param>
internal sealed record PushSizes(IReadOnlyDictionary<string, long> Virtual, IReadOnlyDictionary<string, long> Data)
{
    internal static async Task<PushSizes> ReadAsync(
        LibvirtDomain domain, IReadOnlyList<SelectedDisk> disks, CancellationToken cancellationToken)
    {
        var whole = new Dictionary<string, long>(StringComparer.Ordinal);
        var data = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var disk in disks)
        {
            var info = await domain.GetBlockInfoAsync(disk.Name, cancellationToken).ConfigureAwait(false);
            whole[disk.Name] = info.Capacity;
            var lower = disk.Layers.Skip(1).Select(layer => LengthOf(layer.Source) ?? info.Capacity).Sum();
            // libvirt's allocation is where a device was written at last, or what a file takes.
            data[disk.Name] = disk.Path is null ? info.Capacity : Math.Min(info.Capacity, info.Allocation + lower);
        }

        return new PushSizes(whole, data);
    }

    private static long? LengthOf(string path)
    {
        try
        {
            return File.Exists(path) ? PosixFile.GetBlockDeviceSize(path) ?? new FileInfo(path).Length : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

using System.Buffers.Binary;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>An ext4 file system with one file, <c>sub/file</c>, for a guest that does not run.</summary>
internal static class GuestDisk
{
    private const int SectorSize = 512;

    /// <summary>Writes it over a disk's image; its bytes stay in <c>DISK.raw</c> beside it.</summary>
    /// <param name="guest">The guest, shut off.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="content">Of the file.</param>
    /// <param name="firstSector">Where its partition begins; 0 to have no partitions.</param>
    /// <param name="size">The disk's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task MakeAsync(
        LabGuest guest, string disk, string content, int firstSector, long size, CancellationToken cancellationToken)
    {
        var files = Directory.CreateDirectory(Path.Combine(guest.Directory, $"{disk}-files", "sub")).FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "file"), content, cancellationToken);
        var raw = Path.Combine(guest.Directory, $"{disk}.raw");
        await using (var stream = File.Create(raw))
        {
            stream.SetLength(size);
            if (firstSector > 0)
                await stream.WriteAsync(
                    PartitionTable(firstSector, (int)(size / SectorSize) - firstSector), cancellationToken);
        }

        _ = (await Tool.RunAsync(
            "mke2fs",
            [
                "-q", "-F", "-t", "ext4", "-d", Path.GetDirectoryName(files)!,
                "-E", $"offset={firstSector * SectorSize}", raw, $"{(size - (firstSector * SectorSize)) / 1024}k",
            ],
            cancellationToken)).Value;
        _ = (await Tool.RunAsync(
            "qemu-img",
            ["convert", "-f", "raw", "-O", "qcow2", raw, Path.Combine(guest.Directory, $"{disk}.qcow2")],
            cancellationToken)).Value;
    }

    /// <summary>A master boot record with one Linux partition.</summary>
    private static byte[] PartitionTable(int firstSector, int sectors)
    {
        var record = new byte[SectorSize];
        var entry = record.AsSpan(446);
        entry[4] = 0x83;
        BinaryPrimitives.WriteInt32LittleEndian(entry[8..], firstSector);
        BinaryPrimitives.WriteInt32LittleEndian(entry[12..], sectors);
        (record[510], record[511]) = (0x55, 0xaa);
        return record;
    }
}

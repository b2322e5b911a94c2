using LibvirtBackup.Domain.Tests;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Tests.Bitmaps;

/// <summary>Image files as the disks of a domain that is shut off.</summary>
internal static class StoredImages
{
    /// <summary>A domain with these images as vda, vdb and so on, and one that is no file as vdz.</summary>
    internal static DomainXml Domain(params string[] images)
    {
        var disks = images.Select((path, i) => $"""
            <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{path}'/>
              <target dev='vd{(char)('a' + i)}' bus='virtio'/></disk>
            """);
        return DomainXml.Parse($"""
            <domain type='qemu'><name>demo</name><devices>{string.Concat(disks)}
              <disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='rbd' name='p/i'/>
                <target dev='vdz' bus='virtio'/></disk>
            </devices></domain>
            """);
    }

    internal static async Task RunAsync(string program, params string[] arguments)
    {
        var (exitCode, output, error) = await Tools.RunAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{error}");
    }

    /// <summary>What is dirty in a bitmap, as qemu-nbd shows it.</summary>
    internal static async Task<IReadOnlyList<(int Offset, int Length)>> DirtyRangesAsync(
        string image, string bitmap, CancellationToken cancellationToken)
    {
        var context = $"qemu:dirty-bitmap:{bitmap}";
        await using var connection = await NbdConnection.ConnectAsync(
            ImageExport.ForReading(image, "qcow2", bitmap),
            new NbdConnectionOptions { MetaContexts = [context] },
            cancellationToken);
        var map = await NbdMap.ReadAsync(connection, cancellationToken);
        var ranges = new List<(int, int)>();
        long offset = 0;
        foreach (var extent in map.GetExtents(context))
        {
            if (extent.Flags == NbdExtent.Dirty) ranges.Add(((int)offset, (int)extent.Length));
            offset += extent.Length;
        }

        return ranges;
    }
}

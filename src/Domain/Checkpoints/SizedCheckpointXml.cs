using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Checkpoints;

/// <summary>Writes dirty bytes into a checkpoint's document, where libvirt would write them.</summary>
internal static class SizedCheckpointXml
{
    /// <summary>Counts, and adds the attribute <c>size</c> to each disk whose bitmap is of use.</summary>
    /// <param name="machine">The domain; it has to run.</param>
    /// <param name="checkpoint">The checkpoint's name.</param>
    /// <param name="xml">Its document.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">It does not run, or libvirt or QEMU refuses.</exception>
    internal static async Task<string> AddAsync(
        LibvirtDomain machine, string checkpoint, string xml, CancellationToken cancellationToken)
    {
        if (!await machine.IsActiveAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new BackupException(
                FailureKind.Failed,
                $"what changed since checkpoint '{checkpoint}' of domain '{machine.Name}' cannot be counted: the "
                + "domain is not running; leave the size out, or start it");
        }

        var bitmaps = DomainCheckpointXml.Parse(xml).Disks
            .Where(disk => disk.Checkpoint == CheckpointDiskMode.Bitmap)
            .Select(disk => new BitmapOnDisk(disk.Name.Value, disk.Bitmap ?? checkpoint)).ToList();
        try
        {
            var counts = await DirtyBytes.ReadAsync(machine, bitmaps, cancellationToken).ConfigureAwait(false);
            return Add(xml, bitmaps.Where(one => counts[one] is not null)
                .ToDictionary(one => one.Disk, one => counts[one].GetValueOrDefault(), StringComparer.Ordinal));
        }
        catch (BackupException e) when (e.Kind == FailureKind.NotSupported)
        {
            // A driver of libvirt that has no QEMU leaves sizes out too.
            return xml;
        }
    }

    /// <summary>Adds them to the document, which stays as it is otherwise, letter by letter.</summary>
    internal static string Add(string xml, IReadOnlyDictionary<string, long> bytesByDisk)
    {
        var lines = xml.Split('\n');
        var disks = XDocument.Parse(xml, LoadOptions.SetLineInfo).Root?.Element("disks")?.Elements("disk") ?? [];
        foreach (var disk in disks.Reverse()) // what is in front keeps its place
        {
            if (!bytesByDisk.TryGetValue(disk.Attribute("name")?.Value ?? "", out var bytes)) continue;
            IXmlLineInfo start = disk;
            ref var line = ref lines[start.LineNumber - 1];
            line = line.Insert(
                line.IndexOf("/>", start.LinePosition, StringComparison.Ordinal),
                string.Create(CultureInfo.InvariantCulture, $" size='{bytes}'"));
        }

        return string.Join('\n', lines);
    }
}

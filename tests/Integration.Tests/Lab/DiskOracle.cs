using System.Xml.Linq;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>
/// The truth about a guest's disks, by means that share nothing with our code: the guest is paused, which makes QEMU
/// flush, and qemu-img copies each image.
/// </summary>
internal static class DiskOracle
{
    private const int BlockSize = 1 << 20;

    /// <summary>Copies every disk to <c>DIRECTORY/TARGET.raw</c>; gives the paths by target.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> CaptureAsync(
        LabGuest guest,
        string directory,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        Virsh virsh = guest.Host.Virsh;
        string state = await virsh.RunAsync(cancellationToken, "domstate", guest.Name);
        bool isRunning = state is "running";
        if (isRunning)
            await virsh.RunAsync(cancellationToken, "suspend", guest.Name);
        try
        {
            var copies = new Dictionary<string, string>(StringComparer.Ordinal);
            // Read while paused: a snapshot or a block job may have changed the images since the guest was defined.
            var domain = XDocument.Parse(await virsh.RunAsync(cancellationToken, "dumpxml", guest.Name));
            foreach (XElement disk in domain.Descendants("disk"))
            {
                string target = disk.Element("target")!.Attribute("dev")!.Value;
                // What was written since it was paused is not flushed by that.
                if (state is "paused")
                    await new QemuIo(guest).FlushAsync(target, cancellationToken);
                copies[target] = Path.Combine(directory, $"{target}.raw");
                await CopyAsync(disk, copies[target], cancellationToken);
            }

            return copies;
        }
        finally
        {
            if (isRunning)
                await virsh.RunAsync(CancellationToken.None, "resume", guest.Name);
        }
    }

    /// <summary>
    /// The offset of the first byte that differs, or null when the files are equal in size and content.
    /// </summary>
    public static async Task<long?> CompareRawAsync(
        string left,
        string right,
        CancellationToken cancellationToken)
    {
        await using FileStream a = File.OpenRead(left);
        await using FileStream b = File.OpenRead(right);
        byte[] first = new byte[BlockSize];
        byte[] second = new byte[BlockSize];
        for (long offset = 0; ; offset += BlockSize)
        {
            int readA = await a.ReadAtLeastAsync(first, BlockSize, throwOnEndOfStream: false, cancellationToken);
            int readB = await b.ReadAtLeastAsync(second, BlockSize, throwOnEndOfStream: false, cancellationToken);
            int same = first.AsSpan(0, readA).CommonPrefixLength(second.AsSpan(0, readB));
            if (same < Math.Max(readA, readB))
                return offset + same;
            if (readA < BlockSize)
                return null;
        }
    }

    private static async Task CopyAsync(XElement disk, string copy, CancellationToken cancellationToken)
    {
        string image = disk.Element("source")!.Attribute("file")!.Value;
        string format = disk.Element("driver")!.Attribute("type")!.Value;
        // -U: QEMU holds the image's lock, and while it is paused nothing changes.
        ToolResult copied = await Tool.RunAsync(
            "qemu-img",
            ["convert", "-U", "-f", format, "-O", "raw", image, copy],
            cancellationToken);
        _ = copied.Value;
    }
}

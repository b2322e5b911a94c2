namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>
/// Writes to a guest's disks through QEMU, without a guest: its bitmaps record that like writes of a guest. Offsets and
/// lengths are in bytes, in whole sectors.
/// </summary>
internal sealed class QemuIo(LabGuest guest)
{
    /// <summary>Fills a range with one byte.</summary>
    public Task FillAsync(string disk, long offset, long length, byte value, CancellationToken cancellationToken) =>
        RunAsync(disk, $"write -P {value} {offset} {length}", cancellationToken);

    /// <summary>Fills each MiB of a range with a byte of its own.</summary>
    public Task PaintAsync(string disk, long offset, int mebibytes, int seed, CancellationToken cancellationToken) =>
        WriteAsync(disk, offset, mebibytes * Units.MiB, seed, cancellationToken);

    /// <summary>Fills each MiB of a range, and the rest, with a byte of its own.</summary>
    public async Task WriteAsync(
        string disk, long offset, long length, int seed, CancellationToken cancellationToken)
    {
        for (long done = 0; done < length; done += Units.MiB, seed += 17)
            await FillAsync(
                disk, offset + done, Math.Min(Units.MiB, length - done), (byte)(1 + (seed % 255)), cancellationToken);
    }

    /// <summary>Writes zeros by the write-zeroes request, which may free the clusters.</summary>
    public Task ZeroAsync(string disk, long offset, long length, CancellationToken cancellationToken) =>
        RunAsync(disk, $"write -z -u {offset} {length}", cancellationToken);

    /// <summary>Discards a range.</summary>
    public Task DiscardAsync(string disk, long offset, long length, CancellationToken cancellationToken) =>
        RunAsync(disk, $"discard {offset} {length}", cancellationToken);

    /// <summary>Brings everything down to the image.</summary>
    public Task FlushAsync(string disk, CancellationToken cancellationToken) =>
        RunAsync(disk, "flush", cancellationToken);

    /// <remarks>By the device: QEMU refuses it by the name of a node that the guest's device uses.</remarks>
    private async Task RunAsync(string disk, string command, CancellationToken cancellationToken)
    {
        string device = $"/machine/peripheral/virtio-disk{disk[^1] - 'a'}/virtio-backend";
        string said = await guest.Host.Virsh.RunAsync(
            cancellationToken, "qemu-monitor-command", guest.Name, "--hmp", $"qemu-io -d {device} \"{command}\"");
        // It fails by printing why.
        if (said.Trim() is { Length: > 0 } why)
            throw new ToolFailedException($"qemu-io '{command}' of {guest.Name} {disk}: {why}");
    }
}

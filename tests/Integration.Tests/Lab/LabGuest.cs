using System.Diagnostics;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>
/// A running domain with a tiny Linux of its own, whose disks really are written by a guest. Offsets and lengths are in
/// bytes. Disposing destroys and undefines it and deletes its files.
/// </summary>
internal sealed class LabGuest : IAsyncDisposable
{
    private static int s_count;

    private LabGuest(LabHost host, string name, string directory)
    {
        Host = host;
        Name = name;
        Directory = directory;
    }

    /// <summary>Where it is; a test that migrates it says so.</summary>
    public LabHost Host { get; set; }

    public string Name { get; private set; }

    /// <summary>
    /// The guest's own part of the shared directory: its images, its serial log, and what a test adds.
    /// </summary>
    public string Directory { get; }

    private GuestAgent Agent => new(Host.Virsh, Name);

    /// <summary>From the start of the domain to the agent's first answer.</summary>
    public TimeSpan BootTime { get; private set; }

    /// <summary>A domain with the lab's guest that somebody else has defined, and will remove.</summary>
    public static LabGuest Of(LabHost host, string name, string directory) => new(host, name, directory);

    /// <summary>Waits for the agent of a domain that was started.</summary>
    public async Task WaitForAgentAsync(CancellationToken cancellationToken)
    {
        if (!await Agent.WaitAsync(TimeSpan.FromSeconds(90), cancellationToken))
            throw new ToolFailedException($"the guest agent of {Name} does not answer");
    }

    /// <summary>Makes the disks, defines and starts the domain, and waits for its agent.</summary>
    public static Task<LabGuest> StartAsync(
        LabHost host,
        CancellationToken cancellationToken,
        params LabDisk[] disks) =>
        StartAsync(host, guest => guest.BootAsync(cancellationToken), disks, cancellationToken);

    /// <summary>
    /// Makes the disks, defines the domain and starts it paused: nothing runs in it, and only <see cref="QemuIo"/>
    /// writes. It is there in a quarter of a second.
    /// </summary>
    public static Task<LabGuest> StartPausedAsync(
        LabHost host,
        CancellationToken cancellationToken,
        params LabDisk[] disks) =>
        StartAsync(host, guest => guest.StartPausedAsync(cancellationToken), disks, cancellationToken);

    /// <summary>Starts the defined domain and waits for its agent.</summary>
    public async Task BootAsync(CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        await Host.Virsh.RunAsync(cancellationToken, "start", Name);
        if (!await Agent.WaitAsync(TimeSpan.FromSeconds(90), cancellationToken))
        {
            string log = await File.ReadAllTextAsync(Path.Combine(Directory, "serial.log"), cancellationToken);
            throw new ToolFailedException($"the guest agent of {Name} does not answer; its console says: {log}");
        }

        BootTime = Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Starts the defined domain paused.</summary>
    public Task StartPausedAsync(CancellationToken cancellationToken) =>
        Host.Virsh.RunAsync(cancellationToken, "start", Name, "--paused");

    /// <summary>Gives the domain, which is shut off, another name.</summary>
    public async Task RenameAsync(string name, CancellationToken cancellationToken)
    {
        await Host.Virsh.RunAsync(cancellationToken, "domrename", Name, name);
        Name = name;
    }

    /// <summary>Runs a line of the guest's shell.</summary>
    public Task<GuestCommandResult> RunAsync(string command, CancellationToken cancellationToken) =>
        Agent.RunAsync(command, cancellationToken);

    /// <summary>Writes <see cref="SectorPattern"/> to a disk, down to the image.</summary>
    public async Task WritePatternAsync(
        string disk,
        long offset,
        long length,
        int seed,
        CancellationToken cancellationToken) =>
        await SucceedAsync(
            $"{SectorPattern.Command(offset, length, seed)} | dd of=/dev/{disk} bs=64k iflag=fullblock"
            + $" seek={offset} oflag=seek_bytes conv=notrunc,fsync status=none",
            cancellationToken);

    /// <summary>Writes zeros by the write-zeroes request of the disk.</summary>
    public Task ZeroRangeAsync(string disk, long offset, long length, CancellationToken cancellationToken) =>
        SucceedAsync($"blkdiscard -f -z -o {offset} -l {length} /dev/{disk}", cancellationToken);

    /// <summary>Discards a range.</summary>
    public Task DiscardAsync(string disk, long offset, long length, CancellationToken cancellationToken) =>
        SucceedAsync($"blkdiscard -f -o {offset} -l {length} /dev/{disk}", cancellationToken);

    /// <summary>Makes an ext4 file system on the disk and mounts it at /mnt/DISK.</summary>
    public Task MakeExt4Async(string disk, CancellationToken cancellationToken) =>
        SucceedAsync(
            $"mke2fs -q -t ext4 -E nodiscard,lazy_itable_init=0 /dev/{disk}"
            + $" && mkdir -p /mnt/{disk} && mount -t ext4 /dev/{disk} /mnt/{disk}",
            cancellationToken);

    /// <summary>
    /// Writes files of random bytes to the mounted file system, down to the image: the guest has nothing left to write
    /// at some later moment, which may be between an oracle's copy and the point.
    /// </summary>
    public Task WriteFilesAsync(
        string disk,
        string folder,
        int count,
        long bytesEach,
        CancellationToken cancellationToken) =>
        SucceedAsync(
            $"mkdir -p /mnt/{disk}/{folder} && for i in $(seq {count}); do"
            + $" head -c {bytesEach} /dev/urandom >/mnt/{disk}/{folder}/$i || exit 1; done && sync",
            cancellationToken);

    /// <summary>Discards what the mounted file system does not use; gives the number of bytes.</summary>
    public async Task<long> FstrimAsync(string disk, CancellationToken cancellationToken)
    {
        string output = (await RunAsync($"fstrim -v /mnt/{disk}", cancellationToken)).Value;
        // "/mnt/vda: 27.5 MiB (28827648 bytes) trimmed"
        int open = output.IndexOf('(');
        return long.Parse(output.AsSpan(open + 1, output.IndexOf(' ', open) - open - 1));
    }

    public Task UnmountAsync(string disk, CancellationToken cancellationToken) =>
        SucceedAsync($"umount /mnt/{disk}", cancellationToken);

    public Task SyncAsync(CancellationToken cancellationToken) => SucceedAsync("sync", cancellationToken);

    /// <summary>Whether the guest's file systems are frozen, as its agent says.</summary>
    public async Task<bool> IsFrozenAsync(CancellationToken cancellationToken) =>
        (await Agent.CallAsync("guest-fsfreeze-status", null, cancellationToken)).GetString() is "frozen";

    /// <summary>The SHA-256 of the whole disk as the guest reads it, in lower-case hex.</summary>
    public async Task<string> HashAsync(string disk, CancellationToken cancellationToken) =>
        (await RunAsync($"sha256sum </dev/{disk}", cancellationToken)).Value.Split(' ')[0];

    public async ValueTask DisposeAsync()
    {
        // Either may have happened already; what matters is that neither is left.
        await Host.Virsh.TryAsync(CancellationToken.None, "destroy", Name);
        await Host.Virsh.TryAsync(
            CancellationToken.None,
            "undefine", Name, "--checkpoints-metadata", "--snapshots-metadata", "--managed-save");
        if (System.IO.Directory.Exists(SmallStorage.Of(Host)))
            foreach (string image in System.IO.Directory.GetFiles(SmallStorage.Of(Host), $"{Name}-*"))
                File.Delete(image);
        // The host may have ended before its guest, and taken the directory along.
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static async Task<LabGuest> StartAsync(
        LabHost host, Func<LabGuest, Task> start, LabDisk[] disks, CancellationToken cancellationToken)
    {
        string name = $"guest{Interlocked.Increment(ref s_count)}";
        string directory = Path.Combine(host.SharedDirectory, name);
        // An unprivileged QEMU writes here too.
        System.IO.Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
        var guest = new LabGuest(host, name, directory);
        try
        {
            await guest.DefineAsync(disks, cancellationToken);
            await start(guest);
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    private async Task SucceedAsync(string command, CancellationToken cancellationToken) =>
        _ = (await RunAsync(command, cancellationToken)).Value;

    private async Task DefineAsync(LabDisk[] disks, CancellationToken cancellationToken)
    {
        var images = new List<(LabDisk Disk, string Path)>();
        for (int i = 0; i < disks.Length; i++)
        {
            string image = $"{LabDisk.TargetOf(i)}.{disks[i].Format}";
            string path = disks[i].IsOnSmallStorage
                ? Path.Combine(SmallStorage.Of(Host), $"{Name}-{image}")
                : Path.Combine(Directory, image);
            string[] options = disks[i].CreateOptions is { } text ? ["-o", text] : [];
            ToolResult made = await Tool.RunAsync(
                "qemu-img",
                ["create", "-q", "-f", disks[i].Format, .. options, path, disks[i].Size.ToString()],
                cancellationToken);
            _ = made.Value;
            File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
            images.Add((disks[i], path));
        }

        bool kvm = (await Host.Virsh.TryAsync(cancellationToken, "domcapabilities", "--virttype", "kvm")).ExitCode == 0;
        string definition = Path.Combine(Directory, "domain.xml");
        await File.WriteAllTextAsync(
            definition,
            LabGuestXml.Build(Host, Name, Directory, images, kvm),
            cancellationToken);
        await Host.Virsh.RunAsync(cancellationToken, "define", definition);
    }
}

using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.InstantRecovery.Mounts;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>mount</c>.</summary>
internal sealed class MountCommand : CliCommand
{
    private readonly MountOptions _options = new();

    internal MountCommand()
        : base("mount", "Show the files of a disk of a restore point, read-only.") => _options.AddTo(this);

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        A disk without partitions is mounted on the directory itself, partitions on DIR/1, DIR/2 and so on; the
        directories are printed. Nothing is restored before: what is read comes from the repository, checked. Unmount by
        'umount', each directory that was printed; the last one ends all that is below. It needs nbdfuse (Debian:
        libnbd-bin) and, but for --image, root and the kernel's loop devices and file systems. A guest that was running
        has left a journal, which is not replayed: that is told. LVM, RAID and encrypted file systems are not looked
        into; use --image and their own tools, or libguestfs, on the disk's file.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("mount 20260131T0200 --disk vda --to /mnt/old", "the files of that disk"),
        new("mount 20260131T0200 --disk vda --to /tmp/old --image", "the disk as the file /tmp/old/vda"),
    ];

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.Point : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = _options.Read(context.Line);
        var (places, warnings) = await context.Get<PointMounter>()
            .StartAsync(MountOptions.Write(request, context.Settings), cancellationToken);
        foreach (var warning in warnings)
            context.Warn(warning);
        if (context.Settings.Json)
            context.PrintJson(new MountDocument(places, warnings), CliJson.Documents.MountDocument);
        foreach (var place in context.Settings.Json ? [] : places)
            context.Print(place);
        return ExitCode.Done;
    }
}

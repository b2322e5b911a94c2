using LibvirtBackup.Bitmaps;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Bitmaps;

/// <summary><c>bitmap-list</c>.</summary>
internal sealed class BitmapListCommand : CliCommand
{
    private readonly Slot _domain;

    internal BitmapListCommand()
        : base("bitmap-list", "List the dirty bitmaps of a domain's disks, image by image.") =>
        _domain = AddSlot(CommandSlots.Domain());

    internal override CommandGroup Group => CommandGroup.Bitmaps;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        A running domain's QEMU is asked, which libvirt notes as tainting the domain ("custom monitor control commands
        issued"). Of a domain that is shut off the images are read; they do not tell how much is dirty.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("bitmap-list web", "which bitmaps there are, whose, and how much is dirty"),
        new("bitmap-list web --json", "the same for scripts"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var service = new BitmapService(await context.ConnectAsync(cancellationToken), context.Environment.Time);
        var inventory = await service.ListAsync(context.Slots.Get(_domain), cancellationToken);
        foreach (var disk in inventory.Disks)
        {
            if (disk.Unknown is { } why)
                context.Warn($"nothing is known of the bitmaps of disk '{disk.Name}': {why}");
        }

        if (context.Settings.Json)
            context.PrintJson(BitmapListDocument.Of(inventory), CliJson.Documents.BitmapListDocument);
        else
            BitmapTable.Write(context.Console.Out, inventory, heading: !context.Settings.Quiet);
        return ExitCode.Done;
    }
}

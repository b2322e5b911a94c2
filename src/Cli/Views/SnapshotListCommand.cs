using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Views;

namespace LibvirtBackup.Cli.Views;

/// <summary><c>snapshot-list</c>.</summary>
internal sealed class SnapshotListCommand : CliCommand
{
    private readonly Argument<string?> _domain = new("domain")
    {
        Description = "name or UUID; the views of all domains when none is given", Arity = ArgumentArity.ZeroOrOne,
    };

    internal SnapshotListCommand()
        : base("snapshot-list", "List the temporary snapshots of this host, and how they are.") => Add(_domain);

    internal override CommandGroup Group => CommandGroup.Views;

    internal override string Details => """
        A view is 'open', or 'dropped' when what the guest overwrote could not be kept, 'ended' when its QEMU did,
        'unfinished' when who opened or closed it was killed, 'busy' while that is done. 'snapshot-close' clears it in
        any case. libvirt's own snapshots are not shown: see 'virsh snapshot-list'.
        """;

    internal override IReadOnlyList<Example> Examples =>
        [new("snapshot-list", "all"), new("snapshot-list web --json", "those of a domain, for scripts")];

    internal override ValueKind KindAt(int place) => ValueKind.Domain;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var service = context.Get<ViewService>();
        var views = service.ListNames().Count == 0
            ? []
            : await service.ListAsync(
                await context.ConnectAsync(cancellationToken), context.Line.GetValue(_domain), cancellationToken);
        var entries = views.Select(ViewEntry.Of).ToList();
        if (context.Settings.Json)
            context.PrintJson(new SnapshotListDocument(entries), CliJson.Documents.SnapshotListDocument);
        else
            TextTable.Write(
                context.Console, ["Name", "Domain", "Time", "Disks", "State", "Why"],
                [.. entries.Select(view => Row(view, context.Environment.Time.LocalTimeZone))],
                !context.Settings.Quiet);
        return ExitCode.Done;
    }

    private static IReadOnlyList<string> Row(ViewEntry view, TimeZoneInfo zone) =>
    [
        view.Name, view.Domain, TimeText.Format(view.Time, zone),
        string.Join(',', view.Disks.Select(disk => disk.Name)), view.State, view.Reason ?? "-",
    ];
}

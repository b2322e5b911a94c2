using System.Globalization;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Exports.Hosting;

namespace LibvirtBackup.Cli.Exports;

/// <summary><c>export-list</c>.</summary>
internal sealed class ExportListCommand : CliCommand
{
    internal ExportListCommand()
        : base("export-list", "List the exports of this host and their addresses.")
    {
    }

    internal override CommandGroup Group => CommandGroup.Exports;

    internal override string Details => """
        An export is 'dead' when its process was killed or the host went down: nothing is served any more; 'export-stop'
        clears it away, and 'export-start' with the same name replaces it. One that is 'silent' lives but does not
        answer.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("export-list", "a line for each address"),
        new("export-list --json", "for scripts"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var exports = await context.Get<BackgroundExports>().ListAsync(cancellationToken);
        if (context.Settings.Json)
            context.PrintJson(ExportListDocument.Of(exports), CliJson.Documents.ExportListDocument);
        else
            TextTable.Write(
                context.Console, ["Name", "State", "Clients", "Address"], [.. exports.SelectMany(Rows)],
                !context.Settings.Quiet);
        return ExitCode.Done;
    }

    private static IEnumerable<string[]> Rows(ExportSummary export) => export.Uris.Select((uri, i) => i == 0
        ? new[]
        {
            export.Order.Name, Choice.Word(export.State), export.Clients?.ToString(CultureInfo.InvariantCulture) ?? "-",
            uri,
        }
        : ["", "", "", uri]);
}

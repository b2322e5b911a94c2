using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Exports.Hosting;

namespace LibvirtBackup.Cli.Exports;

/// <summary><c>export-stop</c>.</summary>
internal sealed class ExportStopCommand : CliCommand
{
    private readonly Argument<string[]> _names = new("name")
    {
        Description = "the exports", Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _all;

    internal ExportStopCommand()
        : base("export-stop", "Stop exports, and end the connections of their clients.")
    {
        Add(_names);
        _all = AddFlag("--all", "all exports of this host");
    }

    internal override CommandGroup Group => CommandGroup.Exports;

    internal override string Details => """
        It returns when the processes have ended and their sockets are gone. What a killed export has left is cleared
        away.
        """;

    internal override IReadOnlyList<Example> Examples =>
        [new("export-stop web", "one"), new("export-stop --all", "all")];

    internal override ValueKind KindAt(int place) => ValueKind.Export;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var manager = context.Get<BackgroundExports>();
        var names = context.Line.GetValue(_names) ?? [];
        if (names.Length == 0 != context.Line.GetValue(_all))
            throw new BackupException(FailureKind.Usage, "name the exports to stop, or give --all");
        if (names.Length == 0)
            names = [.. (await manager.ListAsync(cancellationToken)).Select(export => export.Order.Name)];
        foreach (var name in names)
        {
            await manager.StopAsync(name, cancellationToken);
            context.Note($"stopped export '{name}'");
        }

        if (context.Settings.Json)
            context.PrintJson(new ExportStopDocument(names), CliJson.Documents.ExportStopDocument);
        return ExitCode.Done;
    }
}

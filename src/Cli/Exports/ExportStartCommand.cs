using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Exports.Hosting;

namespace LibvirtBackup.Cli.Exports;

/// <summary><c>export-start</c>.</summary>
internal sealed class ExportStartCommand : CliCommand
{
    private readonly ServeOptions _options = new();
    private readonly Option<string?> _name;

    internal ExportStartCommand()
        : base("export-start", "Serve the disks of restore points, or of a view, in the background.")
    {
        Add(_options.Points);
        _name = AddOption(new Option<string?>("--name")
        {
            Description = "what to call the export (default: like the view, or the first point as it was given)",
            HelpName = "name",
        });
        foreach (var option in _options.All)
            Add(option);
    }

    internal override CommandGroup Group => CommandGroup.Exports;

    internal override string Details => """
        As 'serve', but it returns when clients can connect, and the export goes on until 'export-stop' ends it, it was
        idle for --idle-timeout, or the host shuts down. Each export is a process of its own; any number can run.
        Without --socket and --listen it is reached on a unix socket below the state directory, by its own user only.
        The addresses are printed, and 'export-list' prints them again.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("export-start 20260131 --name web", "on a socket of its own"),
        new("export-start --view before-upgrade --listen 127.0.0.1:10809", "a view of a running domain, over TCP"),
        new("export-start 20260131 --since 20260130 --name delta", "with what changed from one to the other"),
        new("export-start 20260131 --listen 0.0.0.0:10809 --tls-dir /etc/pki/lvb --idle-timeout 1h",
            "for clients with a certificate, as long as there are any"),
    ];

    internal override ValueKind KindAt(int place) => ValueKind.Point;

    internal override ValueKind KindOf(Option option) => _options.KindOf(option);

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var manager = context.Get<BackgroundExports>();
        // Where neither is given the options complain.
        var name = context.Line.GetValue(_name) ?? context.Line.GetValue(_options.View)
            ?? context.Line.GetValue(_options.Points)?.FirstOrDefault() ?? "";
        var order = _options.Read(context, name, manager.DefaultSocket(name));
        string[] host =
        [
            ExportHostCommand.Word, "--state-dir", Path.GetFullPath(context.Settings.StateDirectory),
            .. context.Settings.ConnectUri is { } connect ? (string[])["--connect", connect] : [],
        ];
        var export = await manager.StartAsync(
            context.Environment.Program is [_, ..] program ? [.. program, .. host] : [], order, cancellationToken);
        foreach (var warning in export.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
            context.PrintJson(
                new ExportStartDocument(name, export.ProcessId, export.Uris, export.Warnings),
                CliJson.Documents.ExportStartDocument);
        foreach (var uri in context.Settings.Json ? [] : export.Uris)
            context.Print(uri);
        return ExitCode.Done;
    }
}

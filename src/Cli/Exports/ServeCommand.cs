using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Exports;

/// <summary><c>serve</c>.</summary>
internal sealed class ServeCommand : CliCommand
{
    private readonly ServeOptions _options = new();

    internal ServeCommand()
        : base("serve", "Serve the disks of restore points, or of a view, to NBD clients.")
    {
        Add(_options.Points);
        foreach (var option in _options.All)
            Add(option);
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        Nothing can be written: guests and tools that need to write put an image of their own on top. What is handed out
        was checked, as in a restore. The disks are called as in the domain ('vda'), or 'POINT/vda' where several points
        are served. It runs until it is stopped (SIGINT, SIGTERM: exit code 130), or idle for --idle-timeout (exit code
        0); 'export-start' does the same in the background. The addresses are printed when clients can connect. Without
        --tls-dir everybody who reaches the address can read: listen on 127.0.0.1, or on a socket in a directory that
        others cannot enter.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("serve 20260131T0200 --socket /run/web.nbd", "all disks, for qemu-img, nbdcopy and the like"),
        new("serve 20260131 --disk vdb --listen 127.0.0.1:10809", "one disk over TCP"),
        new("serve --view before-upgrade --socket /run/web.nbd", "a view of a running domain"),
        new("serve 20260131 --since 20260130 --socket /run/web.nbd", "and what changed from one to the other"),
    ];

    internal override ValueKind KindAt(int place) => ValueKind.Point;

    internal override ValueKind KindOf(Option option) => _options.KindOf(option);

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var order = _options.Read(context, name: "", socket: null);
        using var repository = order.View is null ? await context.OpenRepositoryAsync(cancellationToken) : null;
        await using var server = await context.ServeAsync(order, repository, cancellationToken);
        foreach (var warning in server.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
            context.PrintJson(new ServeDocument(server.Uris, server.Warnings), CliJson.Documents.ServeDocument);
        foreach (var uri in context.Settings.Json ? [] : server.Uris)
            context.Print(uri);
        await context.Console.Out.FlushAsync(cancellationToken);
        await server.Completion.WaitAsync(cancellationToken);
        return ExitCode.Done;
    }
}

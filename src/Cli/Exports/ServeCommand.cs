using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Exports;

namespace LibvirtBackup.Cli.Exports;

/// <summary><c>serve</c>.</summary>
internal sealed class ServeCommand : CliCommand
{
    private readonly Argument<string[]> _points = new("point")
    {
        Description = "the restore points, by ids or enough of their beginnings",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _socket;
    private readonly Option<string?> _listen;
    private readonly Option<string?> _tls;
    private readonly Option<string[]> _disks;
    private readonly Option<string[]> _since;
    private readonly Option<string?> _idle;
    private readonly Option<int> _clients;

    internal ServeCommand()
        : base("serve", "Serve the disks of restore points to NBD clients.")
    {
        Add(_points);
        _socket = AddOption(new Option<string?>("--socket")
        {
            Description = "listen on this unix socket, which is made and removed again", HelpName = "path",
        });
        _listen = AddOption(new Option<string?>("--listen")
        {
            Description = "listen on this TCP address; port 0 takes a free one", HelpName = "address:port",
        });
        _tls = AddOption(new Option<string?>("--tls-dir")
        {
            Description = "where ca-cert.pem, server-cert.pem and server-key.pem are: only clients with a certificate "
                + "of that authority are served",
            HelpName = "directory",
        });
        _disks = AddOption(new Option<string[]>("--disk")
        {
            Description = "only this disk; may be repeated", HelpName = "target",
        });
        _since = AddOption(new Option<string[]>("--since")
        {
            Description = "also tell what changed since this point, as qemu:dirty-bitmap:POINT; may be repeated",
            HelpName = "point",
        });
        _idle = AddOption(new Option<string?>("--idle-timeout")
        {
            Description = "end after so long without a client (90s, 10m)", HelpName = "duration",
        });
        _clients = AddOption(new Option<int>("--max-clients")
        {
            Description = "connections that are served at a time; others wait",
            HelpName = "number",
            DefaultValueFactory = _ => 16,
        });
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        Nothing can be written: guests and tools that need to write put an image of their own on top. What is handed out
        was checked, as in a restore. The disks are called as in the domain ('vda'), or 'POINT/vda' where several points
        are served. It runs until it is stopped (SIGINT, SIGTERM: exit code 130), or idle for --idle-timeout (exit code
        0). The addresses are printed when clients can connect. Without --tls-dir everybody who reaches the address can
        read: listen on 127.0.0.1, or on a socket in a directory that others cannot enter.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("serve 20260131T0200 --socket /run/web.nbd", "all disks, for qemu-img, nbdcopy and the like"),
        new("serve 20260131 --disk vdb --listen 127.0.0.1:10809", "one disk over TCP"),
        new("serve 20260131 --since 20260130 --socket /run/web.nbd", "and what changed from one to the other"),
    ];

    internal override ValueKind KindAt(int place) => ValueKind.Point;

    internal override ValueKind KindOf(Option option) => option == _since ? ValueKind.Point : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var line = context.Line;
        var options = new NbdServerOptions
        {
            Address = AddressOf(line),
            TlsDirectory = line.GetValue(_tls),
            IdleTimeout = line.GetValue(_idle) is null ? null : DurationOption.Read(line, _idle, default),
            MostClients = line.GetValue(_clients) is >= 1 and <= 1000 and var most
                ? most
                : throw new BackupException(FailureKind.Usage, "--max-clients must be from 1 to 1000"),
        };
        var request = new PointServeRequest
        {
            Points = line.GetValue(_points)!, // at least one, the parser says
            Disks = line.GetValue(_disks) ?? [],
            Since = line.GetValue(_since) ?? [],
        };
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        await using var server = await context.Get<PointServer>()
            .StartAsync(repository, request, options, cancellationToken);
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

    private EndPoint AddressOf(ParseResult line) => (line.GetValue(_socket), line.GetValue(_listen)) switch
    {
        ({ Length: > 0 and <= 107 } path, null) => new UnixDomainSocketEndPoint(Path.GetFullPath(path)),
        ({ } path, null) => throw new BackupException(
            FailureKind.Usage, $"--socket '{path}' is no path of at most 107 bytes"),
        (null, { } text) when IPEndPoint.TryParse(text, out var address) => address,
        (null, { } text) => throw new BackupException(
            FailureKind.Usage, $"--listen cannot be '{text}'; write an address and a port such as 127.0.0.1:10809"),
        _ => throw new BackupException(FailureKind.Usage, "say where to listen: either --socket or --listen"),
    };
}

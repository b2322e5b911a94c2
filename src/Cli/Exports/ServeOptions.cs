using System.CommandLine;
using System.Net;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Exports.Hosting;

namespace LibvirtBackup.Cli.Exports;

/// <summary>What is served, where and to whom: the values of <c>serve</c> and <c>export-start</c>.</summary>
internal sealed class ServeOptions
{
    /// <summary>The points.</summary>
    internal Argument<string[]> Points { get; } = new("point")
    {
        Description = "the restore points, by ids or enough of their beginnings",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>Points to compare with.</summary>
    internal Option<string[]> Since { get; } = new("--since")
    {
        Description = "also tell what changed since this point, as qemu:dirty-bitmap:POINT; may be repeated",
        HelpName = "point",
    };

    /// <summary>A view instead of points.</summary>
    internal Option<string?> View { get; } = new("--view")
    {
        Description = "instead of points, this view of a running domain ('snapshot-open'), with what it tells of "
            + "changes",
        HelpName = "name",
    };

    private Option<string?> Socket { get; } = new("--socket")
    {
        Description = "listen on this unix socket, which is made and removed again", HelpName = "path",
    };

    private Option<string?> Listen { get; } = new("--listen")
    {
        Description = "listen on this TCP address; port 0 takes a free one", HelpName = "address:port",
    };

    private Option<string?> Tls { get; } = new("--tls-dir")
    {
        Description = "where ca-cert.pem, server-cert.pem and server-key.pem are: only clients with a certificate of "
            + "that authority are served",
        HelpName = "directory",
    };

    private Option<string[]> Disks { get; } = new("--disk")
    {
        Description = "only this disk; may be repeated", HelpName = "target",
    };

    private Option<string?> Idle { get; } = new("--idle-timeout")
    {
        Description = "end after so long without a client (90s, 10m)", HelpName = "duration",
    };

    private Option<int> Clients { get; } = new("--max-clients")
    {
        Description = "connections that are served at a time; others are told that there is no place",
        HelpName = "number",
        DefaultValueFactory = _ => 16,
    };

    private Option<string?> Cache { get; } = new("--cache")
    {
        Description = "memory for what was read, as far as nobody else needs it (default: a quarter of what there is)",
        HelpName = "size",
    };

    /// <summary>All options, in the order of the help page.</summary>
    internal IEnumerable<Option> All => [View, Socket, Listen, Tls, Disks, Since, Idle, Clients, Cache];

    /// <summary>What the value of an option names.</summary>
    internal ValueKind KindOf(Option option) =>
        option == Since ? ValueKind.Point : option == View ? ValueKind.View : ValueKind.Other;

    /// <summary>Reads the line.</summary>
    /// <param name="context">The line and its settings.</param>
    /// <param name="name">What the export is called.</param>
    /// <param name="socket">Where it listens when the line does not say; null when it has to.</param>
    /// <exception cref="BackupException">Usage: something makes no sense.</exception>
    internal ExportOrder Read(CommandContext context, string name, string? socket)
    {
        var (line, settings) = (context.Line, context.Settings);
        var view = line.GetValue(View);
        var points = line.GetValue(Points) ?? [];
        if (view is null == (points.Length == 0))
            throw new BackupException(FailureKind.Usage, "say what to serve: either restore points or a --view");
        if (view is not null && line.GetValue(Since) is [_, ..])
            throw new BackupException(
                FailureKind.Usage,
                "--since is of restore points; a view tells what changed since the checkpoints that it was opened with "
                + "('snapshot-open --since')");
        var listen = line.GetValue(Listen);
        var path = line.GetValue(Socket) ?? (listen is null ? socket : null);
        if (path is null == listen is null)
            throw new BackupException(FailureKind.Usage, "say where to listen: either --socket or --listen");
        if (listen is not null && !IPEndPoint.TryParse(listen, out _))
            throw new BackupException(
                FailureKind.Usage,
                $"--listen cannot be '{listen}'; write an address and a port such as 127.0.0.1:10809");
        if (path is not null && (path.Length == 0 || !ExportOrder.IsSocketPath(Path.GetFullPath(path))))
            throw new BackupException(
                FailureKind.Usage, $"a unix socket cannot be at '{path}'; give --socket a path of at most 107 bytes");
        return new ExportOrder
        {
            Name = name,
            Repository = view is null ? Path.GetFullPath(settings.RequireRepository()) : null,
            View = view,
            PassphraseFile = FullPath(settings.PassphraseFile),
            KeyFile = FullPath(settings.KeyFile),
            Points = points,
            Disks = line.GetValue(Disks) ?? [],
            Since = line.GetValue(Since) ?? [],
            Socket = FullPath(path),
            Listen = listen,
            TlsDirectory = FullPath(line.GetValue(Tls)),
            IdleSeconds = line.GetValue(Idle) is null ? null : DurationOption.Read(line, Idle, default).TotalSeconds,
            MostClients = line.GetValue(Clients) is >= 1 and <= 1000 and var most
                ? most
                : throw new BackupException(FailureKind.Usage, "--max-clients must be from 1 to 1000"),
            CacheBytes = SizeOption.Read(line, Cache),
        };
    }

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);
}

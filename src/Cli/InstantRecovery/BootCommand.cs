using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Progress;
using LibvirtBackup.InstantRecovery;
using LibvirtBackup.Restores;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>boot</c>.</summary>
internal sealed class BootCommand : CliCommand
{
    private readonly Argument<string?> _point = new("point")
    {
        Description = "the point's id, or enough of its beginning to fit one point only",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _name;
    private readonly Option<string?> _to;
    private readonly Option<bool> _keepIdentity;
    private readonly Option<bool> _finish;
    private readonly Option<bool> _discard;
    private readonly Option<bool> _resume;
    private readonly Option<bool> _list;

    internal BootCommand()
        : base("boot", "Run a domain at once from a restore point, and keep it or throw it away later.")
    {
        Add(_point);
        _name = AddOption(new Option<string?>("--name")
        {
            Description = "the domain's name (default: the old one)", HelpName = "name",
        });
        _to = AddOption(new Option<string?>("--to")
        {
            Description = "the directory for the local images, which may grow to the size of the disks (default: one "
                + "with the domain's name in libvirt's own)",
            HelpName = "dir",
        });
        _keepIdentity = AddFlag("--keep-identity", "keep UUID and network addresses of a domain that is gone");
        _finish = AddFlag("--finish", "pull all data in while the guest runs: then it needs the repository no more");
        _discard = AddFlag("--discard", "throw the domain away, with all that its guest wrote");
        _resume = AddFlag("--resume", "bring servers back after a crash, of --name or of all domains");
        _list = AddFlag("--list", "list the domains that run from a repository");
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        The domain is defined under a new UUID and new network addresses, and starts within seconds: what it reads comes
        from the repository, through a server in the background that outlives this command, and what it writes goes to
        local images. Nothing is ever written to the repository. When the server or the repository goes away, the guest
        is paused with its requests and loses nothing; the same line again, or --resume, brings the server back, and the
        guest goes on. After a crash of the host the same line again starts the domain with all that it had written.
        --finish and --discard may be interrupted and run again. What opens an encrypted repository has to stay in its
        file as long as the domain runs from it. Its point cannot be forgotten, pruned or cycled away meanwhile.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("boot 20260131T0200 --name web-now", "the domain of that point, at once"),
        new("boot --name web-now --finish", "keep it: pull its data in"),
        new("boot --name web-now --discard", "or throw it away"),
        new("boot --resume", "after a crash or a restart of the host: all servers"),
    ];

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.Point : ValueKind.Other;

    internal override Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var line = context.Line;
        var (point, name) = (line.GetValue(_point), line.GetValue(_name));
        Func<CommandContext, string, CancellationToken, Task<int>> act =
            line.GetValue(_finish) ? FinishAsync : DiscardAsync;
        return (line.GetValue(_finish), line.GetValue(_discard), line.GetValue(_resume), line.GetValue(_list)) switch
        {
            (false, false, false, false) when point is not null => BootAsync(context, point, cancellationToken),
            (true, false, false, false) or (false, true, false, false) when (name ?? point) is { } which =>
                ActAsync(context, which, name is null, act, cancellationToken),
            (false, false, true, false) when point is null => ResumeAsync(context, name, cancellationToken),
            (false, false, false, true) when point is null && name is null => Task.FromResult(BootOutput.List(context)),
            (false, false, false, false) => throw new BackupException(
                FailureKind.Usage, "boot: <point> is missing; see 'lvbackup boot --help'"),
            _ => throw new BackupException(
                FailureKind.Usage,
                "boot: give one of --finish, --discard (with --name or the point), --resume or --list (without a "
                + "point)"),
        };
    }

    private async Task<int> BootAsync(CommandContext context, string point, CancellationToken cancellationToken)
    {
        var request = new InstantRequest
        {
            Point = point,
            Name = context.Line.GetValue(_name),
            Directory = context.Line.GetValue(_to),
            KeepIdentity = context.Line.GetValue(_keepIdentity),
            PassphraseFile = FullPath(context.Settings.PassphraseFile),
            KeyFile = FullPath(context.Settings.KeyFile),
        };
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var report = await context.Get<InstantBooter>().BootAsync(
            await context.ConnectAsync(cancellationToken), repository, request, cancellationToken);
        BootOutput.Tell(context, report);
        BootOutput.Print(context, [report.Domain], report.Warnings);
        return ExitCode.Done;
    }

    private static async Task<int> ActAsync(
        CommandContext context, string which, bool isPoint,
        Func<CommandContext, string, CancellationToken, Task<int>> act, CancellationToken cancellationToken)
    {
        if (!isPoint) return await act(context, which, cancellationToken);
        var meant = context.Get<InstantBooter>().List().Select(known => known.Domain)
            .Where(domain => domain.Point.StartsWith(which, StringComparison.Ordinal)).ToList();
        return meant switch
        {
            [var domain] => await act(context, $"{domain.Uuid}", cancellationToken),
            [] => throw new BackupException(
                FailureKind.Failed,
                $"no domain runs from point '{which}' on this host; 'lvbackup boot --list' shows them"),
            _ => throw new BackupException(
                FailureKind.Usage, $"several domains run from point '{which}'; say which with --name"),
        };
    }

    private static async Task<int> FinishAsync(
        CommandContext context, string which, CancellationToken cancellationToken)
    {
        await using var display = TransferDisplays.Create(context);
        var progress = new ProgressRelay<RestoreProgress>(
            step => display.Report(step.Disk, step.DoneBytes, step.TotalBytes));
        var (domain, warnings) = await context.Get<InstantFinisher>().FinishAsync(
            await context.ConnectAsync(cancellationToken), which, progress, cancellationToken);
        context.Note($"domain '{domain.Name}' is an ordinary one now; its disks are in '{domain.Directory}'");
        BootOutput.Finish(context, domain, warnings);
        return ExitCode.Done;
    }

    private static async Task<int> DiscardAsync(
        CommandContext context, string which, CancellationToken cancellationToken)
    {
        var (domain, warnings) = await context.Get<InstantDiscarder>().DiscardAsync(
            await context.ConnectAsync(cancellationToken), which, cancellationToken);
        context.Note($"domain '{domain.Name}' is gone, with all that it wrote");
        BootOutput.Finish(context, domain, warnings);
        return ExitCode.Done;
    }

    private static async Task<int> ResumeAsync(
        CommandContext context, string? name, CancellationToken cancellationToken)
    {
        var booter = context.Get<InstantBooter>();
        string[] names = name is null ? [.. booter.List().Select(known => $"{known.Domain.Uuid}")] : [name];
        var connection = await context.ConnectAsync(cancellationToken);
        var domains = new List<InstantDomain>();
        foreach (var one in names)
        {
            var report = await booter.BringBackAsync(connection, one, start: false, cancellationToken);
            BootOutput.Tell(context, report);
            domains.Add(report.Domain);
        }

        BootOutput.Print(context, domains, []);
        return ExitCode.Done;
    }

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);
}

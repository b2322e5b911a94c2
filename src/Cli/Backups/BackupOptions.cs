using System.CommandLine;
using LibvirtBackup.Backups;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Cli.Backups;

/// <summary>The values and options of <c>backup</c>.</summary>
internal sealed class BackupOptions
{
    /// <summary>As policies have it (<see cref="LibvirtBackup.Policies.PolicyLimits"/>).</summary>
    private const int MostParallel = 64;

    private readonly Argument<string[]> _domains = new("domain")
    {
        Description = "the domains: names, UUIDs or ids",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _all = Flag("--all", "all domains of the host that libvirt keeps");

    private readonly Option<int?> _parallel = Number(
        "--parallel", $"so many domains at the same time, from 1 to {MostParallel} (default: 1)");

    private readonly Option<string?> _level = Choice.Complete<BackupLevel>(Text(
        "--level", "level", $"how much to read: {Choice.Words<BackupLevel>()} (default: auto)"));

    private readonly Option<string?> _since = Text(
        "--since", "checkpoint", "read what has changed since this checkpoint");

    private readonly Option<string?> _track = Text(
        "--track", "track", "an independent chain of points of the domain (default: default)");

    private readonly Option<string[]> _disk = Many("--disk", "only this disk (vda); may be given several times");
    private readonly Option<string[]> _exclude = Many("--exclude", "not this disk; may be given several times");

    private readonly Option<string?> _quiesce = Choice.Complete<QuiesceMode>(Text(
        "--quiesce", "mode",
        $"freeze the guest's file systems for the moment: {Choice.Words<QuiesceMode>()} (default: none)"));

    private readonly Option<string[]> _quiesceMount = new("--quiesce-mount")
    {
        Description = "freeze this mount point of the guest only; may be given several times",
        HelpName = "dir",
    };

    private readonly Option<string?> _quiesceTimeout = Text(
        "--quiesce-timeout", "duration", "how long the guest may take to freeze (default: 60s)");

    private readonly Option<string?> _quiesceLimit = Text(
        "--quiesce-limit", "duration",
        "how long it may stay frozen until the backup has begun (default: 10s, as Windows has it)");

    private readonly Option<string?> _scratch = Text(
        "--scratch", "dir",
        "where QEMU keeps old data of blocks that the guest overwrites meanwhile (default: the state directory); of "
        + "a domain on another host a directory there");

    private readonly ChannelOptions _channel = new();

    private readonly Option<string?> _limitRate = Text(
        "--limit-rate", "size", "read at most this many bytes a second, of each domain");

    private readonly Option<bool> _noCheckpoint = Flag("--no-checkpoint", "make no checkpoint");

    private readonly Option<int?> _keepCheckpoints = Number(
        "--keep-checkpoints", "keep so many older checkpoints for --since; each costs QEMU memory (default: 0)");

    private readonly Option<int?> _maxPoints = Number(
        "--max-points", "the track may have so many points: refuse one more, see --force-cycle");

    private readonly Option<bool> _forceCycle = Flag(
        "--force-cycle", "with --max-points: once the new point exists, drop the oldest, and tell which");

    private readonly Option<bool> _startPaused = Flag(
        "--start-paused", "start a domain that is shut off, paused, and stop it afterwards");

    private readonly Option<bool> _includeSecrets = Flag(
        "--include-secrets", "store the passwords of the definition also in a repository that is not encrypted");

    /// <summary>Adds them to the command.</summary>
    internal BackupOptions(CliCommand command)
    {
        command.Add(_domains);
        Option[] options =
        [
            _all, _parallel, _level, _since, _track, _disk, _exclude, _quiesce, _quiesceMount, _quiesceTimeout,
            _quiesceLimit, _scratch, _limitRate, _noCheckpoint, _keepCheckpoints, _maxPoints, _forceCycle, _startPaused,
            _includeSecrets, .. _channel.All, Strict,
        ];
        foreach (var option in options)
            command.Add(option);
    }

    /// <summary>Whether warnings are a reason for exit code 3.</summary>
    internal Option<bool> Strict { get; } = Flag("--strict", "end with code 3 when there were warnings");

    /// <summary>The request for each domain; the domain is still to be filled in.</summary>
    /// <exception cref="BackupException">
    /// Usage: a value makes no sense, or there is not exactly one of domains and <c>--all</c>.
    /// </exception>
    internal BackupRequest Read(ParseResult line)
    {
        if (line.GetValue(_all) == (line.GetValue(_domains) is [_, ..]))
        {
            throw new BackupException(
                FailureKind.Usage, "backup: name domains or give --all; see 'lvbackup backup --help'");
        }

        var request = new BackupRequest
        {
            Domain = "",
            Level = Choice.Parse(_level.Name, line.GetValue(_level), BackupLevel.Auto),
            Since = line.GetValue(_since),
            Track = line.GetValue(_track) ?? "default",
            Disks = line.GetValue(_disk) ?? [],
            Exclude = line.GetValue(_exclude) ?? [],
            Quiesce = ReadQuiesce(line),
            ScratchDirectory = line.GetValue(_scratch),
            RateLimitBytesPerSecond = SizeOption.Read(line, _limitRate),
            NoCheckpoint = line.GetValue(_noCheckpoint),
            KeepCheckpoints = line.GetValue(_keepCheckpoints) ?? 0,
            MaxPoints = line.GetValue(_maxPoints),
            ForceCycle = line.GetValue(_forceCycle),
            StartPaused = line.GetValue(_startPaused),
            Channel = _channel.Read(line),
            IncludeSecrets = line.GetValue(_includeSecrets),
        };
        request.Validate();
        return request;
    }

    /// <summary>How many domains at the same time.</summary>
    /// <exception cref="BackupException">Usage: too few, or too many.</exception>
    internal int ReadParallel(ParseResult line) => line.GetValue(_parallel) switch
    {
        null => 1,
        >= 1 and <= MostParallel and var count => count,
        var count => throw new BackupException(
            FailureKind.Usage, $"{_parallel.Name} is {count}; it must be from 1 to {MostParallel}"),
    };

    /// <summary>The domains that the line names.</summary>
    internal async Task<IReadOnlyList<string>> DomainsAsync(
        ParseResult line, LibvirtConnection connection, CancellationToken cancellationToken)
    {
        if (line.GetValue(_domains) is [_, ..] named)
            return named;

        var all = await connection.ListDomainsAsync(cancellationToken: cancellationToken);
        foreach (var domain in all)
            domain.Dispose();
        return [.. all.Select(d => d.Name).Order(StringComparer.Ordinal)];
    }

    private QuiesceOptions ReadQuiesce(ParseResult line)
    {
        var defaults = new QuiesceOptions();
        return new QuiesceOptions
        {
            Mode = Choice.Parse(_quiesce.Name, line.GetValue(_quiesce), defaults.Mode),
            MountPoints = line.GetValue(_quiesceMount) ?? [],
            Timeout = DurationOption.Read(line, _quiesceTimeout, defaults.Timeout),
            Limit = DurationOption.Read(line, _quiesceLimit, defaults.Limit),
        };
    }

    private static Option<bool> Flag(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.Zero };

    private static Option<string?> Text(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    private static Option<int?> Number(string name, string description) =>
        new(name) { Description = description, HelpName = "n" };

    private static Option<string[]> Many(string name, string description) =>
        new(name) { Description = description, HelpName = "disk" };
}

using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Commands;

/// <summary>What a command works with.</summary>
internal sealed class CommandContext : IAsyncDisposable
{
    private readonly CliCommand _command;
    private readonly HostConnection _host;
    private readonly Lazy<Composition> _composition;

    internal CommandContext(CliCommand command, ParseResult line, GlobalSettings settings, CliConsole console,
        CliEnvironment environment)
    {
        _command = command;
        Line = line;
        Settings = settings;
        Console = console;
        Environment = environment;
        Slots = SlotValues.Resolve(command, line);
        _host = new HostConnection(settings, environment.Time);
        _composition = new Lazy<Composition>(() => new Composition(this));
    }

    /// <summary>The parsed line.</summary>
    internal ParseResult Line { get; }

    /// <summary>The global options.</summary>
    internal GlobalSettings Settings { get; }

    /// <summary>The streams.</summary>
    internal CliConsole Console { get; }

    /// <summary>The process around.</summary>
    internal CliEnvironment Environment { get; }

    /// <summary>The values by place or by name.</summary>
    internal SlotValues Slots { get; }

    /// <summary>A service; all are built at the first use, so that commands without any start faster.</summary>
    internal T Get<T>()
        where T : notnull => _composition.Value.Get<T>();

    /// <summary>The connection to the host, opened at the first use.</summary>
    /// <exception cref="BackupException">
    /// It could not be reached, or is another one than this and the command needs its files.
    /// </exception>
    internal async Task<LibvirtConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = await _host.OpenAsync(cancellationToken);
        if (!_command.WorksElsewhere)
            await RemoteHost.RefuseAsync(connection, $"'{_command.Name}'", cancellationToken);
        return connection;
    }

    /// <summary>Opens the repository that the line names.</summary>
    internal Task<Repository> OpenRepositoryAsync(CancellationToken cancellationToken) => Repository.OpenAsync(
        Settings.RequireRepository(), Settings.ReadSecret(), Environment.Time, cancellationToken);

    /// <summary>Prints a result line.</summary>
    internal void Print(string line) => Console.Out.WriteLine(line);

    /// <summary>Prints on stdout what virsh leaves out when asked for quiet.</summary>
    internal void PrintExtra(string line)
    {
        if (!Settings.Quiet)
            Console.Out.WriteLine(line);
    }

    /// <summary>Prints the result document.</summary>
    internal void PrintJson<T>(T document, JsonTypeInfo<T> type) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(document, type));

    /// <summary>Says something on stderr, unless the user asked for quiet.</summary>
    internal void Note(string line)
    {
        if (!Settings.Quiet)
            Console.Error.WriteLine(line);
    }

    /// <summary>Says on stderr what the user has to know though the command goes on.</summary>
    internal void Warn(string line) => Console.WriteWarning(line);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_composition.IsValueCreated)
            _composition.Value.Dispose();
        return _host.DisposeAsync();
    }
}

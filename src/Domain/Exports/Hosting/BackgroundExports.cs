using System.Text.Json;
using LibvirtBackup.Hosts;

namespace LibvirtBackup.Exports.Hosting;

/// <summary>Starts, lists and stops the exports of this host; each is a process of its own.</summary>
/// <param name="stateDirectory">Where they are kept.</param>
/// <param name="time">The clock.</param>
internal sealed class BackgroundExports(string stateDirectory, TimeProvider time)
{
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(30);

    /// <summary>The socket of an export for which no address was chosen.</summary>
    /// <param name="name">The export's name.</param>
    public string DefaultSocket(string name) => Directory(name).DefaultSocket;

    /// <summary>Starts an export, and waits until clients can connect.</summary>
    /// <param name="program">The program and arguments of a process that calls <see cref="ExportHost"/>.</param>
    /// <param name="order">What it serves.</param>
    /// <param name="cancellationToken">Ends the process while it begins.</param>
    /// <exception cref="BackupException">It cannot serve.</exception>
    public async Task<ExportSummary> StartAsync(
        IReadOnlyList<string> program, ExportOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(order);
        CheckName(order.Name);
        if (!ExportOrder.IsSocketPath(Directory(order.Name).ControlSocket))
            throw new BackupException(
                FailureKind.Usage,
                $"export '{order.Name}' cannot take orders at '{Directory(order.Name).ControlSocket}': the path of a "
                + "unix socket has at most 107 bytes; choose a shorter --state-dir or --name");
        var process = new BackgroundProcess(program, $"the process of export '{order.Name}'", time)
        {
            Input = JsonSerializer.Serialize(order, HostingJson.Default.ExportOrder),
            IsNamedInReasons = false,
        };
        await process.StartAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAsync(Directory(order.Name), cancellationToken).ConfigureAwait(false)
            ?? throw new BackupException(
                FailureKind.Failed, $"export '{order.Name}' has ended already; is its --idle-timeout long enough?");
    }

    /// <summary>All exports, also those whose process was killed.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<ExportSummary>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new List<ExportSummary>();
        foreach (var directory in ExportDirectory.List(stateDirectory))
            if (await ReadAsync(directory, cancellationToken).ConfigureAwait(false) is { } export)
                found.Add(export);
        return found;
    }

    /// <summary>Stops an export, with its clients' connections, and waits until its process has ended.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="BackupException">There is none of that name, or it does not stop.</exception>
    public async Task StopAsync(string name, CancellationToken cancellationToken)
    {
        CheckName(name);
        var directory = Directory(name);
        if (directory.Read() is not { } record)
            throw new BackupException(
                FailureKind.Failed, $"there is no export '{name}' on this host; see 'lvbackup export-list'");
        try
        {
            await new ExportPeer(directory.ControlSocket).StopAsync(s_stopTime, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"export '{name}' has not ended within {s_stopTime.TotalSeconds:0} s; see what its process "
                + $"{record.Process.ProcessId} waits for, or kill it and stop the export once more",
                e);
        }

        // One that was killed has left everything; one that was not, nothing.
        if (directory.Read() is null) return;
        using var held = directory.Open();
        directory.Clear(held);
    }

    private static async Task<ExportSummary?> ReadAsync(ExportDirectory directory, CancellationToken cancellationToken)
    {
        if (directory.Read() is not { } record) return null;
        var (state, clients) = await new ExportPeer(directory.ControlSocket).AskAsync(cancellationToken)
            .ConfigureAwait(false);
        // Between the two questions it may have ended as it should.
        if (state == ExportState.Dead && (record = directory.Read()) is null) return null;
        return new ExportSummary
        {
            Order = record.Order,
            State = state,
            ProcessId = record.Process.ProcessId,
            Started = record.Started,
            Uris = record.Uris,
            Warnings = record.Warnings,
            Clients = clients,
        };
    }

    private static void CheckName(string name)
    {
        const int longest = 64;
        if (name.Length is 0 or > longest || name[0] is '.' or '-'
            || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_'))
            throw new BackupException(
                FailureKind.Usage,
                $"an export cannot be called '{name}'; take up to {longest} letters, digits, '.', '-' and '_'");
    }

    private ExportDirectory Directory(string name) => new(stateDirectory, name);
}

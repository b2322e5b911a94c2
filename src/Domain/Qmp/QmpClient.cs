using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Qmp;

/// <summary>
/// Typed QMP commands to one running domain. Cancelling a command only stops waiting for it: QEMU may carry it out.
/// </summary>
/// <remarks>
/// Any command marks the domain as tainted in libvirt ("custom monitor control commands issued"). While libvirt takes a
/// snapshot, a command waits up to 30 s and then fails with <c>VIR_ERR_OPERATION_TIMEOUT</c>; during a backup it works.
/// Every method throws <see cref="QmpException"/> when QEMU refuses and what the transport throws when it fails.
/// </remarks>
internal sealed class QmpClient(QmpTransport transport)
{
    /// <summary>Speaks to a domain's QEMU through libvirt, which must be connected for reading and writing.</summary>
    /// <param name="domain">The running domain; it must outlive the client.</param>
    /// <returns>The client.</returns>
    public static QmpClient For(LibvirtDomain domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        return new QmpClient((command, cancellationToken) =>
            domain.QemuMonitorCommandAsync(command, cancellationToken: cancellationToken));
    }

    /// <summary>The version of the running QEMU.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The version.</returns>
    public async Task<QmpVersion> QueryVersionAsync(CancellationToken cancellationToken)
    {
        VersionAnswer answer = await QueryAsync(
            "query-version", null, QmpJsonContext.Default.VersionAnswer, cancellationToken).ConfigureAwait(false);
        return new QmpVersion(new Version(answer.Qemu.Major, answer.Qemu.Minor, answer.Qemu.Micro), answer.Package);
    }

    /// <summary>QEMU's run state (<c>query-status</c>), such as <c>running</c>.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The state in QEMU's words.</returns>
    public async Task<string> QueryStatusAsync(CancellationToken cancellationToken) => (await QueryAsync(
        "query-status", null, QmpJsonContext.Default.StatusAnswer, cancellationToken).ConfigureAwait(false)).Status;

    /// <summary>All named block nodes with their bitmaps (<c>query-named-block-nodes</c> with <c>flat</c>, QEMU 5.0).
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The nodes in QEMU's order.</returns>
    public Task<IReadOnlyList<BlockNode>> QueryNamedBlockNodesAsync(CancellationToken cancellationToken) => QueryAsync(
        "query-named-block-nodes",
        static writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("flat"u8, true);
            writer.WriteEndObject();
        },
        QmpJsonContext.Default.IReadOnlyListBlockNode,
        cancellationToken);

    /// <summary>The drives of the guest with the images behind each (<c>query-block</c>).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The drives in QEMU's order.</returns>
    public Task<IReadOnlyList<BlockDevice>> QueryBlockAsync(CancellationToken cancellationToken) => QueryAsync(
        "query-block", null, QmpJsonContext.Default.IReadOnlyListBlockDevice, cancellationToken);

    /// <summary>QEMU's jobs (<c>query-jobs</c>).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The jobs in QEMU's order.</returns>
    public Task<IReadOnlyList<QemuJob>> QueryJobsAsync(CancellationToken cancellationToken) => QueryAsync(
        "query-jobs", null, QmpJsonContext.Default.IReadOnlyListQemuJob, cancellationToken);

    /// <summary>Asks a job to end (<c>job-cancel</c>); it does so a little later.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Stops waiting; it may have been asked.</param>
    public Task CancelJobAsync(string id, CancellationToken cancellationToken) =>
        SendAsync("job-cancel", new JobId(id), cancellationToken);

    /// <summary>Forgets a job that is concluded (<c>job-dismiss</c>).</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Stops waiting; it may be forgotten.</param>
    public Task DismissJobAsync(string id, CancellationToken cancellationToken) =>
        SendAsync("job-dismiss", new JobId(id), cancellationToken);

    /// <summary>Makes a block node (<c>blockdev-add</c>).</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Stops waiting; it may have been made.</param>
    public Task AddNodeAsync(BlockNodeOptions node, CancellationToken cancellationToken) =>
        SendAsync("blockdev-add", node, cancellationToken);

    /// <summary>Closes a block node that nothing uses (<c>blockdev-del</c>), with those that it was made with.
    /// </summary>
    /// <param name="name">The node.</param>
    /// <param name="cancellationToken">Stops waiting; it may be closed.</param>
    public Task RemoveNodeAsync(string name, CancellationToken cancellationToken) =>
        SendAsync("blockdev-del", new NodeRemoval(name), cancellationToken);

    /// <summary>Carries out one command.</summary>
    /// <param name="action">The command.</param>
    /// <param name="cancellationToken">Stops waiting; it may have been carried out.</param>
    /// <returns>A task that ends when QEMU has answered.</returns>
    public Task ExecuteAsync(QmpAction action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        return SendAsync(action.Command, action, cancellationToken);
    }

    /// <summary>Carries out several changes as one point in time (<c>transaction</c>): all of them or none.</summary>
    /// <param name="actions">The changes in order, at least one.</param>
    /// <param name="cancellationToken">Stops waiting; the changes may have been made.</param>
    /// <returns>A task that ends when QEMU has answered.</returns>
    public Task TransactionAsync(IReadOnlyList<QmpAction> actions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actions);
        if (actions.Count == 0)
            throw new ArgumentException("A transaction needs at least one action.", nameof(actions));
        return SendAsync("transaction", writer => WriteTransaction(writer, actions), cancellationToken);
    }

    /// <summary>
    /// Offers a node to NBD clients (<c>block-export-add</c>, QEMU 5.2): the NBD server has to be running, as libvirt's
    /// does during a pull-mode backup. QEMU ends the export with the server.
    /// </summary>
    /// <param name="export">The export.</param>
    /// <param name="cancellationToken">Stops waiting; the export may have been made.</param>
    /// <returns>A task that ends when QEMU has answered.</returns>
    public Task AddExportAsync(NbdBlockExport export, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(export);
        return SendAsync("block-export-add", export, cancellationToken);
    }

    /// <summary>What QEMU offers to NBD and other clients (<c>query-block-exports</c>, QEMU 5.2).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The exports in QEMU's order.</returns>
    public Task<IReadOnlyList<BlockExport>> QueryExportsAsync(CancellationToken cancellationToken) => QueryAsync(
        "query-block-exports", null, QmpJsonContext.Default.IReadOnlyListBlockExport, cancellationToken);

    /// <summary>Ends an export, and the connections of its clients (<c>block-export-del</c>, QEMU 5.2).</summary>
    /// <param name="id">The export; it is gone a little later.</param>
    /// <param name="cancellationToken">Stops waiting; it may end.</param>
    public Task RemoveExportAsync(string id, CancellationToken cancellationToken) =>
        SendAsync("block-export-del", new ExportRemoval(id), cancellationToken);

    /// <summary>Starts QEMU's one NBD server (<c>nbd-server-start</c>), which libvirt's backups need too.</summary>
    /// <param name="socket">The unix socket, which QEMU makes.</param>
    /// <param name="cancellationToken">Stops waiting; the server may run.</param>
    public Task StartNbdServerAsync(string socket, CancellationToken cancellationToken) => SendAsync(
        "nbd-server-start",
        writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("addr"u8);
            writer.WriteString("type"u8, "unix");
            writer.WriteStartObject("data"u8);
            writer.WriteString("path"u8, socket);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        },
        cancellationToken);

    /// <summary>Stops QEMU's one NBD server and ends its exports (<c>nbd-server-stop</c>).</summary>
    /// <param name="cancellationToken">Stops waiting; the server may have been stopped.</param>
    /// <returns>A task that ends when QEMU has answered.</returns>
    public Task StopNbdServerAsync(CancellationToken cancellationToken) =>
        SendAsync("nbd-server-stop", (Action<Utf8JsonWriter>?)null, cancellationToken);

    private static void WriteTransaction(Utf8JsonWriter writer, IReadOnlyList<QmpAction> actions)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("actions"u8);
        foreach (QmpAction action in actions)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, action.Command);
            writer.WritePropertyName("data"u8);
            QmpCommand.WriteArguments(writer, action);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private async Task<T> QueryAsync<T>(
        string command,
        Action<Utf8JsonWriter>? arguments,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken)
    {
        JsonElement result = await SendAsync(command, arguments, cancellationToken).ConfigureAwait(false);
        return result.Deserialize(type)
            ?? throw new JsonException($"QEMU's answer to '{command}' is null where a value belongs.");
    }

    private Task<JsonElement> SendAsync(string command, object arguments, CancellationToken cancellationToken) =>
        SendAsync(command, writer => QmpCommand.WriteArguments(writer, arguments), cancellationToken);

    private async Task<JsonElement> SendAsync(
        string command, Action<Utf8JsonWriter>? arguments, CancellationToken cancellationToken)
    {
        string answer = await transport(QmpCommand.Write(command, arguments), cancellationToken).ConfigureAwait(false);
        return QmpCommand.ReadReturn(command, answer);
    }
}

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
public sealed class QmpClient(QmpTransport transport)
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

    /// <summary>Carries out one change of a bitmap.</summary>
    /// <param name="action">The change.</param>
    /// <param name="cancellationToken">Stops waiting; the change may have been made.</param>
    /// <returns>A task that ends when QEMU has answered.</returns>
    public Task ExecuteAsync(BitmapAction action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        return SendAsync(action.Command, writer => QmpCommand.WriteArguments(writer, action), cancellationToken);
    }

    /// <summary>Carries out several changes as one point in time (<c>transaction</c>): all of them or none.</summary>
    /// <param name="actions">The changes in order, at least one.</param>
    /// <param name="cancellationToken">Stops waiting; the changes may have been made.</param>
    /// <returns>A task that ends when QEMU has answered.</returns>
    public Task TransactionAsync(IReadOnlyList<BitmapAction> actions, CancellationToken cancellationToken)
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
        return SendAsync(
            "block-export-add",
            writer => JsonSerializer.Serialize(writer, export, QmpJsonContext.Default.NbdBlockExport),
            cancellationToken);
    }

    /// <summary>What QEMU offers to NBD and other clients (<c>query-block-exports</c>, QEMU 5.2).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The exports in QEMU's order.</returns>
    public Task<IReadOnlyList<BlockExport>> QueryExportsAsync(CancellationToken cancellationToken) => QueryAsync(
        "query-block-exports", null, QmpJsonContext.Default.IReadOnlyListBlockExport, cancellationToken);

    /// <summary>Stops QEMU's one NBD server and ends its exports (<c>nbd-server-stop</c>).</summary>
    /// <param name="cancellationToken">Stops waiting; the server may have been stopped.</param>
    /// <returns>A task that ends when QEMU has answered.</returns>
    public Task StopNbdServerAsync(CancellationToken cancellationToken) =>
        SendAsync("nbd-server-stop", null, cancellationToken);

    private static void WriteTransaction(Utf8JsonWriter writer, IReadOnlyList<BitmapAction> actions)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("actions"u8);
        foreach (BitmapAction action in actions)
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

    private async Task<JsonElement> SendAsync(
        string command, Action<Utf8JsonWriter>? arguments, CancellationToken cancellationToken)
    {
        string answer = await transport(QmpCommand.Write(command, arguments), cancellationToken).ConfigureAwait(false);
        return QmpCommand.ReadReturn(command, answer);
    }
}

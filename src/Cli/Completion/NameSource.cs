using LibvirtBackup.Backups;
using LibvirtBackup.Checkpoints;
using LibvirtBackup.Exports.Hosting;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;
using LibvirtBackup.Views;

namespace LibvirtBackup.Cli.Completion;

/// <summary>
/// The names that exist. What cannot be reached has none: a shell that completes must stay silent and quick.
/// </summary>
internal sealed class NameSource(GlobalSettings settings, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private BackgroundExports Exports => new(settings.StateDirectory, time);

    /// <summary>The names of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="domain">The domain that the line names, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<IReadOnlyList<string>> ListAsync(
        ValueKind kind, string? domain, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return kind switch
            {
                ValueKind.Other => [],
                ValueKind.Domain => await DomainsAsync(either.Token),
                ValueKind.Checkpoint => domain is null ? [] : await CheckpointsAsync(domain, either.Token),
                ValueKind.Point => await PointsAsync(either.Token),
                ValueKind.View => Views(),
                ValueKind.Export => [.. (await Exports.ListAsync(either.Token)).Select(export => export.Order.Name)],
            };
        }
        catch (Exception e) when (e is BackupException or LibvirtException or LibvirtXmlException or IOException
            or UnauthorizedAccessException or OperationCanceledException or DllNotFoundException)
        {
            return [];
        }
    }

    private async Task<IReadOnlyList<string>> DomainsAsync(CancellationToken cancellationToken)
    {
        await using var host = new HostConnection(settings, time);
        var connection = await host.OpenAsync(cancellationToken);
        return [.. (await connection.ListDomainsAsync(cancellationToken: cancellationToken)).Select(d => d.Name)];
    }

    private async Task<IReadOnlyList<string>> CheckpointsAsync(string domain, CancellationToken cancellationToken)
    {
        await using var host = new HostConnection(settings, time);
        var service = new CheckpointService(await host.OpenAsync(cancellationToken));
        var checkpoints = await service.ListAsync(
            domain, CheckpointFilter.All, withDirtyBytes: false, cancellationToken);
        return [.. checkpoints.Select(c => c.Name)];
    }

    private IReadOnlyList<string> Views() => new ViewService(
        new BackupEngineOptions { StateDirectory = settings.StateDirectory }, Exports, time).ListNames();

    private async Task<IReadOnlyList<string>> PointsAsync(CancellationToken cancellationToken)
    {
        return settings.RepositoryDirectory is { } directory
            ? await Repository.ListPointIdsAsync(directory, cancellationToken)
            : [];
    }
}

using LibvirtBackup.Backups;
using LibvirtBackup.Checkpoints;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Observation;
using LibvirtBackup.Recovery;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;

namespace LibvirtBackup.Clients;

/// <summary>A libvirt host, from <see cref="BackupClient.ConnectAsync"/>. Any number of calls may be made at once.
/// </summary>
public sealed class BackupHost : IAsyncDisposable
{
    private readonly BackupClient _client;
    private readonly Observer _observer;
    private readonly RestoreEngine _restores = new();

    internal BackupHost(LibvirtConnection connection, BackupClient client, Observer observer)
    {
        (Connection, _client, _observer) = (connection, client, observer);
        Checkpoints = new CheckpointService(connection);
    }

    /// <summary>The connection, for all that libvirt can; closed with the host.</summary>
    public LibvirtConnection Connection { get; }

    /// <summary>The checkpoints of the host's domains, whoever made them.</summary>
    public CheckpointService Checkpoints { get; }

    /// <summary>Finds out whether the host can do incremental backups at all.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">NotSupported: what is too old or missing; else libvirt's refusal.</exception>
    public Task CheckAsync(CancellationToken cancellationToken = default) =>
        ToldAsync("cannot examine the host", () => HostRequirements.CheckAsync(Connection, cancellationToken));

    /// <summary>The domains of the host, by name.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">libvirt refuses.</exception>
    public Task<IReadOnlyList<HostDomain>> ListDomainsAsync(CancellationToken cancellationToken = default) =>
        ToldAsync<IReadOnlyList<HostDomain>>("cannot list the domains", async () =>
        {
            var all = await Connection.ListDomainsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            try
            {
                var found = new List<HostDomain>(all.Count);
                foreach (var domain in all)
                {
                    var isRunning = await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false);
                    found.Add(new HostDomain(domain.Name, domain.Uuid, isRunning));
                }

                return [.. found.OrderBy(domain => domain.Name, StringComparer.Ordinal)];
            }
            finally
            {
                foreach (var domain in all) domain.Dispose();
            }
        });

    /// <summary>Takes a restore point of a domain.</summary>
    /// <inheritdoc cref="BackupEngine.BackupAsync"/>
    public Task<BackupReport> BackupAsync(
        Repository repository,
        BackupRequest request,
        IProgress<BackupProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _observer.RunAsync(
            OperationKind.Backup, request.Domain,
            () => _client.Backups.BackupAsync(Connection, repository, request, progress, cancellationToken),
            Observer.Note);
    }

    /// <summary>Restores disks of a point, and defines the domain on this host when asked to.</summary>
    /// <inheritdoc cref="RestoreEngine.RestoreAsync(Repository, RestoreRequest, LibvirtConnection?,
    /// IProgress{RestoreProgress}?, CancellationToken)"/>
    public Task<RestoreReport> RestoreAsync(
        Repository repository,
        RestoreRequest request,
        IProgress<RestoreProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _observer.RunAsync(
            OperationKind.Restore, request.Point,
            () => _restores.RestoreAsync(repository, request, Connection, progress, cancellationToken), Observer.Note);
    }

    /// <summary>
    /// Compares what the notes of this machine, the repository, libvirt and the disks say of each checkpoint and bitmap
    /// of ours, and repairs it on request.
    /// </summary>
    /// <param name="repository">The repository, or null: then the bitmaps are shown, but not judged.</param>
    /// <param name="domain">Name, UUID or id, or null for all.</param>
    /// <param name="repair">True to do what the findings say; every part of it may be repeated.</param>
    /// <param name="cancellationToken">Gives up between two steps.</param>
    /// <exception cref="BackupException">There is no such domain, or it is busy, or libvirt cannot be asked.
    /// </exception>
    public Task<DoctorReport> ExamineAsync(
        Repository? repository = null,
        string? domain = null,
        bool repair = false,
        CancellationToken cancellationToken = default) =>
        _observer.RunAsync(
            OperationKind.Examine, domain ?? "all domains",
            () => _client.Doctor.ExamineAsync(Connection, repository, domain, repair, cancellationToken));

    /// <summary>Closes the connection.</summary>
    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private static async Task<T> ToldAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, what);
        }
    }
}

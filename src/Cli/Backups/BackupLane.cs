using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Backups;

/// <summary>
/// What backups one after the other work with. Two that run side by side share neither: a view of the repository has
/// one writer, and libvirtd serves five calls of a connection at once (<c>max_client_requests</c>), so that five guests
/// whose agents hang would keep a sixth one frozen.
/// </summary>
internal sealed class BackupLane : IAsyncDisposable
{
    private readonly HostConnection _host;

    private BackupLane(HostConnection host, LibvirtConnection connection, Repository repository) =>
        (_host, Connection, Repository) = (host, connection, repository);

    /// <summary>The host.</summary>
    internal LibvirtConnection Connection { get; }

    /// <summary>Where points go.</summary>
    internal Repository Repository { get; }

    /// <summary>False once libvirtd has ended or hung up.</summary>
    internal bool IsUsable => !Connection.Closed.IsCompleted;

    /// <summary>Opens both.</summary>
    internal static async Task<BackupLane> OpenAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var repository = await context.OpenRepositoryAsync(cancellationToken);
        var host = new HostConnection(context.Settings, context.Environment.Time);
        try
        {
            return new BackupLane(host, await host.OpenAsync(cancellationToken), repository);
        }
        catch
        {
            repository.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Repository.Dispose();
        return _host.DisposeAsync();
    }
}

using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>A policy with its host open.</summary>
internal sealed class OpenPolicy : IAsyncDisposable
{
    private readonly LibvirtConnection _connection;

    private OpenPolicy(Policy policy, LibvirtConnection connection, IPolicyWork work, PolicyHistory history) =>
        (Policy, _connection, Work, History) = (policy, connection, work, history);

    internal Policy Policy { get; }

    internal IPolicyWork Work { get; }

    /// <summary>What there is, without notes.</summary>
    internal PolicyHistory History { get; }

    internal static async Task<OpenPolicy> OpenAsync(
        Policy policy, PolicyAccess access, PolicyTools tools, CancellationToken cancellationToken)
    {
        var connection = await access.ConnectAsync(policy.Connect, cancellationToken).ConfigureAwait(false);
        try
        {
            var work = new PolicyWork(policy, connection, access, tools);
            return new OpenPolicy(
                policy, connection, work, await work.ReadHistoryAsync(cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}

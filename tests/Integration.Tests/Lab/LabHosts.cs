using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

[assembly: AssemblyFixture(typeof(LabHosts))]

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>
/// The hosts that all tests share, one per suite, started when first asked for and ended with the run.
/// </summary>
public sealed class LabHosts : IAsyncDisposable
{
    private static readonly Dictionary<string, Task<LabHost>> s_hosts = new(StringComparer.Ordinal);

    /// <summary>Ends every shared host that was started.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (Task<LabHost> host in s_hosts.Values)
        {
            // A host that did not start has told its test so and left nothing.
            if (host.IsCompletedSuccessfully)
                await (await host).EndAsync();
        }
    }

    internal static Task<LabHost> SharedAsync(string suite)
    {
        lock (s_hosts)
        {
            if (!s_hosts.TryGetValue(suite, out Task<LabHost>? host))
            {
                host = LabHost.LaunchAsync(suite, isShared: true);
                s_hosts.Add(suite, host);
            }

            return host;
        }
    }
}

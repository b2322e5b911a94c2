using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Libvirt;

/// <summary>A running guest with a connection of our own to its libvirt.</summary>
internal sealed class LiveDomain : IAsyncDisposable
{
    public const long Size = 16 * Units.MiB;

    private LiveDomain(LabGuest guest, LibvirtConnection connection, LibvirtDomain domain) =>
        (Guest, Connection, Domain) = (guest, connection, domain);

    public LabGuest Guest { get; }

    public LibvirtConnection Connection { get; }

    public LibvirtDomain Domain { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<LiveDomain> StartAsync(string suite)
    {
        LabHost host = await LabHost.ForAsync(suite);
        LabGuest guest = await LabGuest.StartAsync(host, Token, new LabDisk(Size));
        LibvirtConnection? connection = null;
        try
        {
            connection = await LibvirtConnection.OpenAsync(host.ConnectionUri, cancellationToken: Token);
            return new LiveDomain(guest, connection, await connection.LookupDomainAsync(guest.Name, Token));
        }
        catch
        {
            if (connection is not null)
                await connection.DisposeAsync();
            await guest.DisposeAsync();
            throw;
        }
    }

    public string PullBackupXml(string? incremental = null) => $"""
        <domainbackup mode='pull'>
          {(incremental is null ? "" : $"<incremental>{incremental}</incremental>")}
          <server transport='unix' socket='{Guest.Directory}/nbd'/>
          <disks>
            <disk name='vda' backup='yes' type='file'>
              <driver type='qcow2'/>
              <scratch file='{Guest.Directory}/scratch'/>
            </disk>
          </disks>
        </domainbackup>
        """;

    public static string CheckpointXml(string name) => $"<domaincheckpoint><name>{name}</name></domaincheckpoint>";

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await Guest.DisposeAsync();
    }
}

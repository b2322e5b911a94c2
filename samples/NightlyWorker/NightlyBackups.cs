using LibvirtBackup;
using LibvirtBackup.Backups;
using LibvirtBackup.Clients;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Retention;

namespace NightlyWorker;

/// <summary>Backs up all domains of two hosts at two o'clock each night, a host after the other.</summary>
internal sealed partial class NightlyBackups(BackupClient client, TimeProvider time, ILogger<NightlyBackups> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(2);
    private static readonly RetentionRules s_keep = new() { KeepDaily = 7, KeepWeekly = 4 };

    // Two libvirts, as of a machine and of a container on it: this machine sees the disks and sockets of both.
    private static readonly string[] s_hosts = ["qemu:///system", "qemu+unix:///system?socket=/srv/vms2/libvirt-sock"];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(UntilNextRun(), time, stoppingToken);
            foreach (var uri in s_hosts)
                await BackUpHostAsync(uri, stoppingToken);
        }
    }

    private async Task BackUpHostAsync(string uri, CancellationToken cancellationToken)
    {
        try
        {
            await using var host = await client.ConnectAsync(uri, cancellationToken);
            var secret = SecretFile.Read(passphraseFile: null, keyFile: "/etc/nightly/repository.key");
            using var repository = await client.OpenRepositoryAsync("/srv/backup", secret, cancellationToken);
            foreach (var domain in await host.ListDomainsAsync(cancellationToken))
            {
                try
                {
                    var request = new BackupRequest
                    {
                        Domain = domain.Name,
                        Quiesce = new QuiesceOptions { Mode = QuiesceMode.Try },
                    };
                    var report = await host.BackupAsync(repository, request, progress: null, cancellationToken);
                    Taken(logger, report.Point, domain.Name, report.Level);
                }
                catch (BackupException e)
                {
                    Failed(logger, e, domain.Name); // the others go on; the next night covers the gap
                }
            }

            await client.PruneAsync(repository, s_keep, dryRun: false, cancellationToken);
            await client.CollectGarbageAsync(repository, cancellationToken);
        }
        catch (BackupException e)
        {
            Failed(logger, e, uri);
        }
    }

    private TimeSpan UntilNextRun()
    {
        var now = time.GetLocalNow().TimeOfDay;
        return now < s_hour ? s_hour - now : s_hour - now + TimeSpan.FromDays(1);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Point} of {Domain}, {Level}")]
    private static partial void Taken(ILogger logger, string point, string domain, BackupLevel level);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "No backup of {What}")]
    private static partial void Failed(ILogger logger, Exception exception, string what);
}

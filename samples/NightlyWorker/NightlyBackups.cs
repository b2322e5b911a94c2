using LibvirtBackup;
using LibvirtBackup.Backups;
using LibvirtBackup.Clients;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Retention;

namespace NightlyWorker;

/// <summary>Backs up all domains of some hosts once a night, a host after the other.</summary>
internal sealed partial class NightlyBackups(
    BackupClient client, NightlyPlan plan, TimeProvider time, ILogger<NightlyBackups> logger) : BackgroundService
{
    private static readonly RetentionRules s_keep = new() { KeepDaily = 7, KeepWeekly = 4 };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var wait = plan.AtStart ? TimeSpan.Zero : UntilNextRun(); ; wait = UntilNextRun())
        {
            await Task.Delay(wait, time, stoppingToken);
            foreach (var uri in plan.Hosts)
                await BackUpHostAsync(uri, stoppingToken);
        }
    }

    private async Task BackUpHostAsync(string uri, CancellationToken cancellationToken)
    {
        try
        {
            await using var host = await client.ConnectAsync(uri, cancellationToken);
            var secret = SecretFile.Read(passphraseFile: null, plan.KeyFile);
            using var repository = await client.OpenRepositoryAsync(plan.Repository, secret, cancellationToken);
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
            Done(logger, uri);
        }
        catch (BackupException e)
        {
            Failed(logger, e, uri);
        }
    }

    private TimeSpan UntilNextRun()
    {
        var now = time.GetLocalNow().TimeOfDay;
        return now < plan.Hour ? plan.Hour - now : plan.Hour - now + TimeSpan.FromDays(1);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Point} of {Domain}, {Level}")]
    private static partial void Taken(ILogger logger, string point, string domain, BackupLevel level);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "{Host} is done")]
    private static partial void Done(ILogger logger, string host);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "No backup of {What}")]
    private static partial void Failed(ILogger logger, Exception exception, string what);
}

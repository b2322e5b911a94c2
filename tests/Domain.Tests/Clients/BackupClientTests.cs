using System.Diagnostics;
using System.Diagnostics.Metrics;
using LibvirtBackup.Backups;
using LibvirtBackup.Clients;
using LibvirtBackup.Observation;
using LibvirtBackup.Restores;
using LibvirtBackup.Retention;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Clients;

public sealed class BackupClientTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_host_lists_its_domains_and_says_what_it_cannot_do()
    {
        await using var host = await new BackupClient().ConnectAsync("test:///default", Token);

        var domain = Assert.Single(await host.ListDomainsAsync(Token));
        Assert.Equal(("test", true), (domain.Name, domain.IsRunning));
        var refusal = await Assert.ThrowsAsync<BackupException>(() => host.CheckAsync(Token));
        Assert.Equal(FailureKind.NotSupported, refusal.Kind);
    }

    [Fact]
    public async Task A_host_that_cannot_be_reached_is_an_expected_failure_that_names_it()
    {
        var failure = await Assert.ThrowsAsync<BackupException>(
            () => new BackupClient().ConnectAsync("test:///no/such/file", Token));

        Assert.Contains("test:///no/such/file", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operation_raises_an_event_a_measurement_and_an_activity()
    {
        var client = new BackupClient(time: new FakeClock());
        var ended = new List<OperationEndedEventArgs>();
        client.OperationEnded += (_, operation) => ended.Add(operation);
        using var heard = new Listener(_directory.Path);
        using var repository = await client.CreateRepositoryAsync(_directory.File("repository"), null, Token);

        await client.VerifyAsync(repository, cancellationToken: Token);
        await Assert.ThrowsAsync<BackupException>(() => client.PruneAsync(
            repository, new RetentionRules(), cancellationToken: Token));

        Assert.Equal([OperationKind.Verify, OperationKind.Prune], ended.Select(operation => operation.Kind));
        Assert.All(ended, operation => Assert.Equal(repository.Location, operation.Subject));
        Assert.Null(ended[0].Failure);
        Assert.IsType<BackupException>(ended[1].Failure);
        Assert.Equal(["verify done", "prune usage"], heard.Activities);
        Assert.Contains("verify done", heard.Measurements);
        Assert.Contains("prune usage", heard.Measurements);
    }

    [Fact]
    public async Task A_handler_that_fails_is_logged_and_harms_no_operation()
    {
        var log = new ListLogger();
        var client = new BackupClient(logger: log);
        client.OperationEnded += (_, _) => throw new InvalidOperationException("handler");
        using var repository = await client.CreateRepositoryAsync(_directory.File("repository"), null, Token);

        Assert.True((await client.VerifyAsync(repository, cancellationToken: Token)).IsGood);

        Assert.Contains(log.Lines, line => line.Contains("ended", StringComparison.Ordinal)
            && line.Contains("done", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_backup_and_a_restore_that_fail_are_told_too()
    {
        var client = new BackupClient(new BackupClientOptions { StateDirectory = _directory.File("state") });
        var ended = new List<OperationEndedEventArgs>();
        client.OperationEnded += (_, operation) => ended.Add(operation);
        await using var host = await client.ConnectAsync("test:///default", Token);
        using var repository = await client.CreateRepositoryAsync(_directory.File("repository"), null, Token);

        await Assert.ThrowsAsync<BackupException>(() => host.BackupAsync(
            repository, new BackupRequest { Domain = "test" }, cancellationToken: Token));
        await Assert.ThrowsAsync<BackupException>(() => client.RestoreAsync(
            repository, new RestoreRequest { Point = "none", Directory = _directory.Path }, cancellationToken: Token));

        Assert.Equal(
            [(OperationKind.Backup, "test"), (OperationKind.Restore, "none")],
            ended.Select(operation => (operation.Kind, operation.Subject)));
    }

    [Fact]
    public async Task A_policy_file_is_read_with_its_problems()
    {
        var file = _directory.File("nightly.yaml");
        await File.WriteAllTextAsync(file, "nmae: nightly\n", Token);
        var policies = new BackupClient().Policies;

        var reading = await policies.ReadAsync(file, Token);

        Assert.Null(reading.Policy);
        Assert.Contains(reading.Problems, problem => problem is { Line: 1, Key: "nmae" });
        await Assert.ThrowsAsync<BackupException>(() => policies.ReadAsync(_directory.File("none.yaml"), Token));
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_at_once() => Assert.Equal(
        FailureKind.Usage,
        Assert.Throws<BackupException>(() => new BackupClient(new BackupClientOptions { ParallelDisks = 17 })).Kind);

    [Fact]
    public void The_helper_program_is_given_each_ones_command()
    {
        var options = new BackupClientOptions { StateDirectory = "/s", HelperProgram = ["/usr/bin/lvbackup", "-q"] };

        Assert.Equal(["/usr/bin/lvbackup", "-q", "thaw-watchdog"], options.ToEngineOptions().ThawWatchdog);
        Assert.Equal(["/usr/bin/lvbackup", "-q", "point-server"], options.ToInstantRecoveryOptions().Server);
        Assert.Equal("/s", options.ToInstantRecoveryOptions().StateDirectory);
        Assert.Empty(new BackupClientOptions().ToEngineOptions().ThawWatchdog);
    }

    [Fact]
    public void A_service_collection_gives_one_client_with_its_clock()
    {
        var clock = new FakeClock();
        using var services = new ServiceCollection().AddSingleton<TimeProvider>(clock).AddLibvirtBackup()
            .BuildServiceProvider();

        var client = services.GetRequiredService<BackupClient>();

        Assert.Same(client, services.GetRequiredService<BackupClient>());
        Assert.Same(clock, client.Time);
    }

    /// <summary>Hears of the operations on things in one directory; other tests run meanwhile.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly ActivityListener _activities;
        private readonly MeterListener _meters = new();

        internal Listener(string directory)
        {
            _activities = new ActivityListener
            {
                ShouldListenTo = source => source.Name == BackupDiagnostics.ActivitySourceName,
                Sample = (ref _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity =>
                {
                    var subject = (string)activity.GetTagItem("libvirtbackup.subject")!;
                    if (subject.StartsWith(directory, StringComparison.Ordinal))
                        Activities.Add($"{activity.OperationName} {activity.GetTagItem("libvirtbackup.outcome")}");
                },
            };
            ActivitySource.AddActivityListener(_activities);
            _meters.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == BackupDiagnostics.MeterName) listener.EnableMeasurementEvents(instrument);
            };
            _meters.SetMeasurementEventCallback<double>((_, _, tags, _) =>
            {
                lock (Measurements) Measurements.Add(string.Join(' ', tags.ToArray().Select(tag => tag.Value)));
            });
            _meters.Start();
        }

        internal List<string> Activities { get; } = [];

        internal List<string> Measurements { get; } = [];

        public void Dispose()
        {
            _activities.Dispose();
            _meters.Dispose();
        }
    }

    private sealed class ListLogger : ILogger<BackupClient>
    {
        internal List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Lines.Add($"{logLevel} {formatter(state, exception)}");
    }
}

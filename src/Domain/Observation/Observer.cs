using System.Diagnostics;
using LibvirtBackup.Backups;
using LibvirtBackup.Policies.Running;
using LibvirtBackup.Restores;
using Microsoft.Extensions.Logging;

namespace LibvirtBackup.Observation;

/// <summary>Tells of operations: log, activity, measurements, event. Whether anybody listens changes nothing.</summary>
internal sealed class Observer(ILogger logger, TimeProvider time, Action<OperationEndedEventArgs> ended)
{
    /// <summary>Runs an operation.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="subject">What it is done to; no secret.</param>
    /// <param name="work">The operation.</param>
    /// <param name="note">Measures what came of it.</param>
    internal async Task<T> RunAsync<T>(
        OperationKind kind, string subject, Func<Task<T>> work, Action<T>? note = null)
    {
        using var activity = BackupDiagnostics.Activities.StartActivity(Name(kind));
        activity?.SetTag("libvirtbackup.subject", subject);
        var start = time.GetTimestamp();
        Log.Begun(logger, kind, subject);
        Exception? failure = null;
        try
        {
            var result = await work().ConfigureAwait(false);
            note?.Invoke(result);
            return result;
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            var duration = time.GetElapsedTime(start);
            activity?.SetTag("libvirtbackup.outcome", Outcome(failure));
            if (failure is not null) activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
            Tell(new OperationEndedEventArgs
            {
                Kind = kind,
                Subject = subject,
                Duration = duration,
                Failure = failure,
            });
        }
    }

    /// <summary>Measures a backup.</summary>
    internal static void Note(BackupReport report) => NoteBackup(
        report.Domain, report.Level, report.Disks.Sum(disk => disk.ReadBytes),
        report.Disks.Sum(disk => disk.StoredBytes));

    /// <summary>Measures a task of a policy.</summary>
    internal static void Note(TaskReport task)
    {
        if (task is { Domain: { } domain, Level: { } level })
            NoteBackup(domain, level, task.ReadBytes, task.StoredBytes);
    }

    /// <summary>Measures a restore.</summary>
    internal static void Note(RestoreReport report) =>
        BackupDiagnostics.RestoredBytes.Add(report.Disks.Sum(disk => disk.WrittenBytes));

    private static void NoteBackup(string domain, BackupLevel level, long readBytes, long storedBytes)
    {
        var tags = new TagList { { "domain", domain }, { "level", Word(level.ToString()) } };
        BackupDiagnostics.ReadBytes.Add(readBytes, tags);
        BackupDiagnostics.StoredBytes.Add(storedBytes, tags);
    }

    private void Tell(OperationEndedEventArgs operation)
    {
        var outcome = Outcome(operation.Failure);
        BackupDiagnostics.Duration.Record(
            operation.Duration.TotalSeconds,
            new TagList { { "operation", Name(operation.Kind) }, { "outcome", outcome } });
        var level = operation.Failure is null or OperationCanceledException ? LogLevel.Information : LogLevel.Warning;
        Log.Ended(logger, level, operation.Kind, operation.Subject, operation.Duration, outcome);
        try
        {
            ended(operation);
        }
#pragma warning disable CA1031 // a restore point that exists is no failure because a listener failed
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.HandlerFailed(logger, e);
        }
    }

    private static string Outcome(Exception? failure) => failure switch
    {
        null => "done",
        OperationCanceledException => "cancelled",
        BackupException { Kind: var kind } => Word(kind.ToString()),
        _ => "failed",
    };

    private static string Name(OperationKind kind) => kind switch
    {
        OperationKind.Backup => "backup",
        OperationKind.Restore => "restore",
        OperationKind.Verify => "verify",
        OperationKind.Prune => "prune",
        OperationKind.CollectGarbage => "gc",
        OperationKind.Examine => "doctor",
        OperationKind.RunPolicies => "policy run",
    };

    private static string Word(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}

using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>Plays a history, and in the end sees whether backups are as good as before.</summary>
internal sealed class HistoryPlayer(HistoryWorld world)
{
    /// <summary>Repositories and tracks that a backup chooses from.</summary>
    internal const int Targets = 15;

    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private readonly HistoryRuns _runs = new(world);
    private readonly HistoryTampering _others = new(world);
    private readonly HistoryRestores _restores = new(world);
    private (int Repository, string Track) _last = (0, HistoryWorld.Tracks[0]);

    /// <exception cref="Exception">A point differs, or something was answered that no document names.</exception>
    internal async Task PlayAsync(History history)
    {
        foreach (var step in history.Steps)
        {
            world.Log.Add($"{step.Kind} {step.A} {step.B} {step.C} {step.D}");
            world.Clock.Advance(s_pause);
            await PlayAsync(step);
        }

        await SettleAsync();
    }

    private async Task PlayAsync(HistoryStep step)
    {
        world.IsPlain &= step.Kind is HistoryStepKind.Write or HistoryStepKind.BackUp or HistoryStepKind.Examine
            or HistoryStepKind.Start or HistoryStepKind.ShutDown or HistoryStepKind.KillQemu
            or HistoryStepKind.LoseMetadata or HistoryStepKind.DeleteCheckpoint or HistoryStepKind.Foreign;
        switch (step.Kind)
        {
            case HistoryStepKind.Write:
                world.WriteSome(step.A, step.B);
                break;
            case HistoryStepKind.BackUp:
                await BackUpAsync(step);
                break;
            case HistoryStepKind.Examine:
                await _runs.ExamineAsync(step.A % 2, HistoryRuns.PlanFate(step.C, step.D));
                break;
            case HistoryStepKind.Start:
                world.Domain.Start();
                break;
            case HistoryStepKind.ShutDown:
                world.Stop(isKilled: false);
                break;
            case HistoryStepKind.KillQemu:
                world.Stop(isKilled: true);
                if (step.A % 3 != 0) world.Domain.Start();
                break;
            case HistoryStepKind.LoseMetadata:
                _others.LoseMetadata();
                break;
            case HistoryStepKind.Migrate:
                _others.Migrate();
                break;
            case HistoryStepKind.DeleteCheckpoint:
                _others.DeleteCheckpoint(step);
                break;
            case HistoryStepKind.Tamper:
                _others.Tamper(step);
                break;
            case HistoryStepKind.Foreign:
                _others.Foreign(step);
                break;
            case HistoryStepKind.Restore:
                await _restores.RestoreAsync(step);
                break;
            case HistoryStepKind.RollBack:
                _others.RollBack(step);
                break;
            case HistoryStepKind.LoseJournal:
                _others.LoseJournal();
                break;
            case HistoryStepKind.ChangeIdentity:
                _others.ChangeIdentity();
                break;
            case HistoryStepKind.LosePoint:
                await _others.LosePointAsync(step);
                break;
            case HistoryStepKind.MoveImages:
                _others.MoveImages(step);
                break;
        }
    }

    private async Task BackUpAsync(HistoryStep step)
    {
        BackupLevel[] levels =
        [
            BackupLevel.Auto, BackupLevel.Auto, BackupLevel.Incremental, BackupLevel.Differential, BackupLevel.Full,
            BackupLevel.Auto, BackupLevel.Copy, BackupLevel.Differential,
        ];
        var repository = step.A % 5 == 4 ? 1 : 0;
        var request = new BackupRequest
        {
            Domain = "web",
            Track = HistoryWorld.Tracks[step.A / 5 % 3 == 2 ? 1 : 0],
            Level = levels[step.A / Targets % levels.Length],
        };
        request = Vary(request, step.B);
        if (step.B % 16 == 7 && request.Level is BackupLevel.Auto)
            request = request with { Since = await FindSinceAsync(repository, request.Track, step.B / 16) };
        request.Validate();
        _last = (repository, request.Track);
        world.Log.Add($"    {request.Level} to repository {repository}, track {request.Track}, {Describe(request)}");
        await _runs.BackUpAsync(repository, request, HistoryRuns.PlanFate(step.C, step.D));
    }

    private static BackupRequest Vary(BackupRequest request, int b)
    {
        var isLasting = request.Level != BackupLevel.Copy;
        return (b % 16) switch
        {
            1 => request with { NoCheckpoint = true },
            2 => request with { Exclude = ["vdb"] },
            3 => request with { MaxPoints = 1 + (b / 16 % 4), ForceCycle = true },
            4 => request with { MaxPoints = 1 + (b / 16 % 6) },
            5 or 6 when isLasting => request with { KeepCheckpoints = 1 + (b / 16 % 3) },
            _ => request,
        };
    }

    private static string Describe(BackupRequest request) =>
        $"{(request.NoCheckpoint ? "no checkpoint " : "")}{(request.Exclude.Count > 0 ? "without vdb " : "")}"
        + $"max {request.MaxPoints} keep {request.KeepCheckpoints} since {request.Since}";

    private async Task<string?> FindSinceAsync(int repository, string track, int which)
    {
        using var opened = await Repository.OpenAsync(world.Repositories[repository].Store, CancellationToken.None);
        var (points, _) = await opened.ListPointsAsync(CancellationToken.None);
        var names = points
            .Where(point => point.DomainUuid == world.Uuid && point.Track == track && point.Checkpoint is not null)
            .Select(point => point.Checkpoint).ToList();
        return names.Count == 0 ? null : names[which % names.Count];
    }

    /// <summary>
    /// Whatever was done: when it is over, a differential of the running domain succeeds or is refused, the next backup
    /// succeeds, and the one after that is incremental on every disk.
    /// </summary>
    private async Task SettleAsync()
    {
        world.Log.Add("settling");
        world.Jobs.Foreign = null;
        if (world.Jobs.IsPhantom) world.Jobs.Abandon(); // as 'doctor --repair' does
        world.Domain.Start();
        var request = new BackupRequest { Domain = "web", Track = _last.Track };
        await _runs.BackUpAsync(_last.Repository, request with { Level = BackupLevel.Differential }, []);
        for (var run = 0; run < 2; run++)
        {
            world.Clock.Advance(s_pause);
            var report = await _runs.BackUpAsync(_last.Repository, request, []);
            Assert.NotNull(report);
            world.WriteSome(run, run);
            if (run == 1) Assert.All(report.Disks, disk => Assert.Equal(BackupLevel.Incremental, disk.Level));
        }
    }
}

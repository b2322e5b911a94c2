using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.InstantRecovery.Proofs;

/// <summary>One guest, from its start to its report.</summary>
/// <param name="plan">The guest.</param>
/// <param name="request">What to wait for, and what to check.</param>
/// <param name="reportDirectory">Where console and screenshot go.</param>
/// <param name="began">When the command began.</param>
/// <param name="time">The clock.</param>
internal sealed class ProofRun(
    InstantPlan plan, ProofRequest request, string reportDirectory, long began, TimeProvider time)
{
    private readonly string _console = Path.Combine(plan.Domain.Directory, "console.log");

    /// <summary>The guest.</summary>
    internal InstantPlan Plan => plan;

    /// <summary>The domain with all that has to be removed.</summary>
    internal InstantDomain Domain => plan.Domain with { Files = [.. plan.Domain.Files, _console] };

    /// <summary>Starts the guest, waits, checks.</summary>
    /// <exception cref="BackupException">It cannot be started.</exception>
    internal async Task<ProofReport> RunAsync(
        LibvirtConnection connection, List<string> warnings, CancellationToken cancellationToken)
    {
        // It is there before QEMU's user, who could not make it, opens it.
        await File.WriteAllBytesAsync(_console, [], cancellationToken).ConfigureAwait(false);
        using var domain = await StartAsync(connection, warnings, cancellationToken).ConfigureAwait(false);
        var started = time.GetTimestamp();
        var report = new ProofReport
        {
            Point = plan.Domain.Point,
            Domain = plan.Base.Point.Domain,
            Started = time.GetUtcNow(),
            PreparedSeconds = Seconds(began, started),
            WaitedFor = request.ConsoleText is not null ? "console" : request.RunTime is not null ? "time" : "agent",
            Warnings = warnings,
        };
        var guest = new IsolatedGuest(domain, _console, time);
        using (var limit = new CancellationTokenSource(request.Timeout, time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken))
        {
            var limited = limit.Token;
            report = await LookAsync(
                report, guest, started, () => limited.IsCancellationRequested, either.Token).ConfigureAwait(false);
        }

        return await KeepAsync(report, connection, guest, cancellationToken).ConfigureAwait(false);
    }

    private static string Last(string output) =>
        output.Trim() is { Length: > 0 } text ? $": {text.Split('\n')[^1]}" : ", and printed nothing";

    /// <summary>libvirt ends the guest when the connection ends, in whatever way.</summary>
    private async Task<LibvirtDomain> StartAsync(
        LibvirtConnection connection, List<string> warnings, CancellationToken cancellationToken)
    {
        var definition = plan.Definition.WithoutOutside(_console);
        foreach (var disk in definition.Disks.Where(IsForeign))
        {
            warnings.Add($"disk '{disk.Target}' is shared with others, and left out");
            definition = definition.WithoutDisk(disk.Target);
        }

        try
        {
            return await connection.CreateDomainAsync(
                definition.ToXml(), VirDomainCreateFlags.StartAutodestroy, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"the domain of point {plan.Domain.Point} does not start on this host: {e.Message}", e);
        }

        bool IsForeign(DomainDisk disk) => !disk.IsEmpty && !disk.IsReadOnly
            && disk.Device != DiskDevice.Cdrom && plan.Domain.Disks.All(own => own.Target != disk.Target.Value);
    }

    private async Task<ProofReport> LookAsync(
        ProofReport report, IsolatedGuest guest, long started, Func<bool> isLate, CancellationToken cancellationToken)
    {
        try
        {
            var end = await guest.WaitAsync(
                () => IsUpAsync(guest, started, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (end is not null) return report with { Failure = $"{end} before it was up" };
            report = report with { UpSeconds = Seconds(started, time.GetTimestamp()) };
            if (request.GuestCheck is { } inside)
                report = Add(report, await guest.RunAsync(inside, cancellationToken).ConfigureAwait(false));
            if (report.Ok && request.Check is { } outside)
                report = Add(
                    report,
                    await HostCheck.RunAsync(outside, Environment(), cancellationToken).ConfigureAwait(false));
            return report;
        }
        catch (OperationCanceledException) when (isLate())
        {
            var what = report.UpSeconds is null
                ? $"the guest was not up (by its {report.WaitedFor})"
                : "the checks did not end";
            return report with { Failure = $"{what} within {request.Timeout.TotalSeconds:0} s" };
        }
        catch (LibvirtException e)
        {
            return report with { Failure = $"the guest's agent failed: {e.Message}" };
        }
    }

    private Task<bool> IsUpAsync(IsolatedGuest guest, long started, CancellationToken cancellationToken) =>
        request switch
        {
            { ConsoleText: { } text } => guest.HasPrintedAsync(text, cancellationToken),
            { RunTime: { } most } => Task.FromResult(time.GetElapsedTime(started) >= most),
            _ => guest.AnswersAsync(cancellationToken),
        };

    private static ProofReport Add(ProofReport report, ProofCheck check) => report with
    {
        Checks = [.. report.Checks, check],
        Failure = check.ExitCode == 0
            ? null
            : $"the check '{check.Command}' ended with {check.ExitCode}{Last(check.Output)}",
    };

    private Dictionary<string, string> Environment() => new(StringComparer.Ordinal)
    {
        ["LVBACKUP_POINT"] = plan.Domain.Point,
        ["LVBACKUP_DOMAIN"] = plan.Domain.Name,
        ["LVBACKUP_CONSOLE"] = _console,
        ["LIBVIRT_DEFAULT_URI"] = plan.Domain.Connection,
    };

    private async Task<ProofReport> KeepAsync(
        ProofReport report, LibvirtConnection connection, IsolatedGuest guest, CancellationToken cancellationToken)
    {
        var screenshot = await guest.TryTakeScreenshotAsync(
            connection, Path.Combine(reportDirectory, "screenshot"), cancellationToken).ConfigureAwait(false);
        var console = Path.Combine(reportDirectory, "console.log");
        File.Copy(_console, console);
        return report with { Console = console, Screenshot = screenshot };
    }

    private double Seconds(long from, long to) => Math.Round(time.GetElapsedTime(from, to).TotalSeconds, 3);
}

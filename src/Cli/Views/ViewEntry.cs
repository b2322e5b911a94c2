using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Views;

namespace LibvirtBackup.Cli.Views;

/// <summary>A view in JSON.</summary>
internal sealed record ViewEntry
{
    /// <summary>What it is called on this host.</summary>
    public required string Name { get; init; }

    /// <summary>The domain's name when it was opened.</summary>
    public required string Domain { get; init; }

    /// <summary>The domain's UUID.</summary>
    public required Guid DomainUuid { get; init; }

    /// <summary>The instant that it shows, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary><c>open</c>, <c>dropped</c>, <c>ended</c>, <c>unfinished</c> or <c>busy</c>.</summary>
    public required string State { get; init; }

    /// <summary>Why it is so; null while it is open.</summary>
    public required string? Reason { get; init; }

    /// <summary>Where its scratch images are.</summary>
    public required string ScratchDirectory { get; init; }

    /// <summary>The disks.</summary>
    public required IReadOnlyList<ViewDiskEntry> Disks { get; init; }

    internal static ViewEntry Of(ViewSummary view) => new()
    {
        Name = view.Name,
        Domain = view.Domain,
        DomainUuid = view.DomainUuid,
        Time = view.Time,
        State = Choice.Word(view.State),
        Reason = view.Reason,
        ScratchDirectory = view.ScratchDirectory,
        Disks = [.. view.Disks.Select(disk => new ViewDiskEntry(
            disk.Name, disk.SizeBytes, disk.ScratchUsedBytes, disk.ScratchLimitBytes, disk.Since))],
    };
}

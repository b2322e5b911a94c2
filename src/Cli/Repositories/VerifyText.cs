using System.Globalization;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Maintenance.Sources;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>verify</c> for people.</summary>
internal static class VerifyText
{
    /// <summary>Prints what is stored: a line per point, a line per problem.</summary>
    internal static void Print(CommandContext context, VerifyReport report)
    {
        PrintPoints(context, report.Points);
        if (report.Problems.Count > 0)
            context.Print("Affecting no point above by itself:");
        Print(context, report.Problems);
        context.Note($"checked {report.CheckedBlobs} blobs, {SizeText.Format(report.CheckedBytes)} of data");
        if (!report.IsGood)
            context.Warn("stored data is damaged: 'lvbackup repair' mends what can be mended, and a full backup "
                + "('lvbackup backup DOMAIN --level full') stores again what its disks still hold");
    }

    /// <summary>Prints a line per point, and a line per problem.</summary>
    internal static void PrintPoints(CommandContext context, IReadOnlyList<VerifiedPoint> points)
    {
        foreach (var point in points)
        {
            context.Print($"{point.Id}: {(point.IsGood ? "good" : "DAMAGED")}");
            Print(context, point.Problems);
        }
    }

    /// <summary>Prints a comparison with live disks.</summary>
    internal static void Print(CommandContext context, SourceReport report)
    {
        context.Print($"{report.Point}: {(report.IsGood ? "good" : "DIFFERENT")}");
        foreach (var disk in report.Disks)
        {
            context.Print($"  {disk.Name}: compared {SizeText.Format(disk.ComparedBytes)}, "
                + $"{SizeText.Format(disk.ChangedBytes)} changed since, "
                + $"{SizeText.Format(disk.DifferentBytes)} different");
            if (disk.Untracked is { } why)
                context.Warn($"{disk.Name}: it is not known what the guest has written since the point: {why}");
            if (disk.Confidence is { } sure)
                context.Print($"  {disk.Name}: {Describe(sure)}");
            Print(context, disk.Problems);
            if (disk.Distrusted is { } checkpoint)
                context.Print($"  {disk.Name}: checkpoint '{checkpoint}' missed a change and is not trusted any more; "
                    + "the next backup reads this disk whole");
        }

        context.Note($"chunks were chosen with --seed {report.Seed}");
        if (!report.IsGood)
            context.Warn("the point is not what the disks were: take another one ('lvbackup backup DOMAIN')");
    }

    private static string Describe(SourceConfidence sure)
    {
        if (sure.SampledChunks == sure.OutsideChunks)
            return $"no change was missed: all {sure.OutsideChunks} chunks outside the dirty maps were compared";
        var percent = (sure.RateBelow * 100).ToString("0.####", CultureInfo.InvariantCulture);
        var probability = (sure.Probability * 100).ToString("0.##", CultureInfo.InvariantCulture);
        return $"missed change rate below {percent} % with probability {probability} % ({sure.SampledChunks} of "
            + $"{sure.OutsideChunks} chunks outside the dirty maps were compared)";
    }

    private static void Print(CommandContext context, IReadOnlyList<VerifyProblem> problems)
    {
        foreach (var problem in problems)
        {
            var place = problem.OffsetBytes is { } offset
                ? $"{problem.Disk ?? "file"} at {offset}, {problem.LengthBytes} bytes: "
                : problem.Disk is { } disk ? $"{disk}: " : "";
            context.Print($"  {place}{problem.StoredObject}: {problem.Message}");
        }
    }
}

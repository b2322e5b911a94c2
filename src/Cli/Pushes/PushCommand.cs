using System.CommandLine;
using LibvirtBackup.Backups;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Cli.Progress;
using LibvirtBackup.Cli.Restores;
using LibvirtBackup.Pushes;
using LibvirtBackup.Restores;

namespace LibvirtBackup.Cli.Pushes;

/// <summary><c>push</c>.</summary>
internal sealed class PushCommand : CliCommand
{
    private readonly Argument<string> _domain = new("domain") { Description = "the domain: its name, UUID or id" };
    private readonly Option<string> _to;
    private readonly Option<string?> _level;
    private readonly Option<string[]> _disk;
    private readonly Option<string[]> _exclude;
    private readonly Option<string?> _format;
    private readonly Option<string[]> _target;
    private readonly Option<bool> _overwrite;
    private readonly Option<string?> _limitRate;
    private readonly Option<bool> _strict;

    internal PushCommand()
        : base("push", "Have QEMU write a running domain's disks as images, whole or what has changed.")
    {
        Add(_domain);
        _to = AddOption(new Option<string>("--to")
        {
            Description = "the directory of the domain's image set, on its host; made when absent",
            HelpName = "dir",
            Required = true,
        });
        _level = AddOption(new Option<string?>("--level")
        {
            Description = $"how much to write: {Choice.Words<BackupLevel>()} (default: auto)",
            HelpName = "level",
        });
        _disk = AddOption(new Option<string[]>("--disk")
        {
            Description = "only this disk (vda); may be given several times",
            HelpName = "disk",
        });
        _exclude = AddOption(new Option<string[]>("--exclude")
        {
            Description = "not this disk; may be given several times",
            HelpName = "disk",
        });
        _format = AddOption(new Option<string?>("--format")
        {
            Description = "the format of the images: qcow2 (default) or raw",
            HelpName = "format",
        });
        _target = AddOption(new Option<string[]>("--target")
        {
            Description = "the block device that gets this disk instead, whole (vda=/dev/sdx); repeatable",
            HelpName = "disk=path",
        });
        _overwrite = AddFlag("--overwrite", "write to a device that holds something else");
        _limitRate = AddOption(new Option<string?>("--limit-rate")
        {
            Description = "write at most this many bytes a second",
            HelpName = "size",
        });
        _strict = AddFlag("--strict", "end with code 3 when there were warnings");
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        Needs no repository. Each push makes a directory in the image set: one image per disk, the definition, and a
        manifest with sizes and hashes. An incremental qcow2 image has the one before it as backing file, by a relative
        path, and none of the guest's own; so qemu-img and QEMU read the set wherever it is copied to. A raw image is
        whole each time: a copy of the one before, brought up to date. Levels, checkpoints and the reasons for a full
        are those of 'backup'. A directory that is there is complete and was read back; what fails or is interrupted is
        removed with its checkpoint, and the next push covers the gap.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("push web --to /srv/images/web", "incremental where that is safe, else full"),
        new("push web --to /srv/images/web --level full --limit-rate 100MiB", "begin anew, and spare the disks"),
        new("push web --to /srv/raw/web --format raw --disk vda", "one disk as plain bytes"),
        new("push web --to /srv/images/web2 --target vda=/dev/vg0/web", "vda to a device, the others to files"),
    ];

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.Domain : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new PushRequest
        {
            Domain = context.Line.GetRequiredValue(_domain),
            Directory = context.Line.GetRequiredValue(_to),
            Level = Choice.Parse(_level.Name, context.Line.GetValue(_level), BackupLevel.Auto),
            Disks = context.Line.GetValue(_disk) ?? [],
            Exclude = context.Line.GetValue(_exclude) ?? [],
            Format = Choice.Parse(_format.Name, context.Line.GetValue(_format), DiskFormat.Qcow2),
            Targets = TargetOption.Parse(context.Line.GetValue(_target) ?? [], Name),
            Overwrite = context.Line.GetValue(_overwrite),
            RateLimitBytesPerSecond = SizeOption.Read(context.Line, _limitRate),
        };
        request.Validate();
        var connection = await context.ConnectAsync(cancellationToken);
        PushReport report;
        await using (var display = TransferDisplays.Create(context))
        {
            var progress = new ProgressRelay<PushProgress>(
                step => display.Report(step.Domain, step.DoneBytes, step.TotalBytes));
            report = await context.Get<PushEngine>().PushAsync(connection, request, progress, cancellationToken);
        }

        foreach (var warning in report.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
            context.PrintJson(PushDocument.Of(report), CliJson.Documents.PushDocument);
        else
            Print(context, report);
        return context.Line.GetValue(_strict) && report.Warnings.Count > 0 ? ExitCode.Warnings : ExitCode.Done;
    }

    private static void Print(CommandContext context, PushReport report)
    {
        context.Note($"{report.Domain}: {Choice.Word(report.Level)} point"
            + (report.Reason is { } reason ? $" ({reason})" : ""));
        foreach (var disk in report.Disks)
            context.Note($"{report.Domain}: {disk.Name}: {Choice.Word(disk.Level)}"
                + $", {SizeText.Format(disk.LengthBytes)} of {SizeText.Format(disk.VirtualSizeBytes)}");
        context.Print(report.Directory);
    }
}

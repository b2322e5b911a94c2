using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Cli.Progress;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;

namespace LibvirtBackup.Cli.Restores;

/// <summary><c>restore</c>.</summary>
internal sealed class RestoreCommand : CliCommand
{
    private readonly Argument<string> _point = new("point")
    {
        Description = "the point's id, or enough of its beginning to fit one point only",
    };

    private readonly Option<string?> _to;
    private readonly Option<string[]> _target;
    private readonly Option<string[]> _disk;
    private readonly Option<string?> _format;
    private readonly Option<bool> _overwrite;
    private readonly Option<bool> _define;
    private readonly Option<string?> _name;
    private readonly Option<bool> _keepIdentity;

    internal RestoreCommand()
        : base("restore", "Write the disks of a restore point, and define the domain when asked to.")
    {
        Add(_point);
        _to = AddOption(new Option<string?>("--to")
        {
            Description = "the directory that gets vda.qcow2 and so on; made when absent",
            HelpName = "dir",
        });
        _target = AddOption(new Option<string[]>("--target")
        {
            Description = "the file or block device that gets this disk instead (vda=/dev/sdx); repeatable",
            HelpName = "disk=path",
        });
        _disk = AddOption(new Option<string[]>("--disk")
        {
            Description = "only this disk (vda); may be given several times",
            HelpName = "disk",
        });
        _format = AddOption(new Option<string?>("--format")
        {
            Description = "the format of the files: qcow2 (default) or raw",
            HelpName = "format",
        });
        _overwrite = AddFlag(
            "--overwrite",
            "write over what exists, only where it differs; without it that is a reason to refuse");
        _define = AddFlag("--define", "define the domain with the restored disks");
        _name = AddOption(new Option<string?>("--name")
        {
            Description = "the name of the defined domain (default: the old one)",
            HelpName = "name",
        });
        _keepIdentity = AddFlag("--keep-identity", "keep UUID, network addresses, autostart of a domain that is gone");
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        Every block is checked against its hash before it is written. A new file gets its name only when all is
        written: after a failure or an interruption nothing half-restored is left. With --overwrite, a file of the same
        format and size, and a device, is read and gets only what differs; when that is interrupted, it is said to be
        incomplete, and the same restore completes it.
        --define makes a domain of the disks, when all are complete, with the stored firmware and TPM state: under a new
        name, UUID and network addresses beside the old one, or with --keep-identity when the old one is gone. Then its
        next backup goes on from the restored point. An existing domain is never replaced.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("restore 20260131T0200 --to /srv/restored", "all disks of that point as qcow2 files"),
        new("restore 20260131T0200 --to /srv/restored --disk vda --format raw", "one disk as plain bytes"),
        new("restore 20260131T0200 --to /srv/web2 --define --name web2", "a second domain, to look into"),
        new("restore 20260131T0200 --to /srv/web --define --keep-identity", "the lost domain, as it was"),
        new("restore 20260131T0200 --disk vda --target vda=/dev/vg0/web --overwrite", "one disk to a device"),
    ];

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.Point : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = new RestoreRequest
        {
            Point = context.Line.GetRequiredValue(_point),
            Directory = context.Line.GetValue(_to),
            Targets = TargetOption.Parse(context.Line.GetValue(_target) ?? [], Name),
            Disks = context.Line.GetValue(_disk) ?? [],
            Format = Choice.Parse(_format.Name, context.Line.GetValue(_format), DiskFormat.Qcow2),
            Overwrite = context.Line.GetValue(_overwrite),
            Define = context.Line.GetValue(_define),
            Name = context.Line.GetValue(_name),
            KeepIdentity = context.Line.GetValue(_keepIdentity),
        };
        if (request is { Directory: null, Targets.Count: 0 })
            throw new BackupException(
                FailureKind.Usage, "restore: --to or --target is missing; see 'lvbackup restore --help'");
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var report = await RestoreAsync(context, repository, request, cancellationToken);
        foreach (var warning in report.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
        {
            context.PrintJson(RestoreDocument.Of(report), CliJson.Documents.RestoreDocument);
            return ExitCode.Done;
        }

        foreach (var disk in report.Disks)
            context.Print(disk.Path);
        if (report.Domain is { } domain)
            context.Note($"defined domain '{domain.Name}' ({domain.Uuid}); its next backup "
                + (domain.Checkpoint is null ? "reads everything" : "goes on from this point"));
        return ExitCode.Done;
    }

    private static async Task<RestoreReport> RestoreAsync(
        CommandContext context, Repository repository, RestoreRequest request, CancellationToken cancellationToken)
    {
        await using var display = TransferDisplays.Create(context);
        var progress = new ProgressRelay<RestoreProgress>(
            step => display.Report(step.Disk, step.DoneBytes, step.TotalBytes));
        var connection = request.Define ? await context.ConnectAsync(cancellationToken)
            : request.Overwrite ? await TryConnectAsync(context, cancellationToken)
            : null;
        return await context.Get<RestoreEngine>().RestoreAsync(
            repository, request, connection, progress, cancellationToken);
    }

    /// <summary>To see whether a disk is that of a saved domain; a machine without libvirt has none.</summary>
    private static async Task<LibvirtConnection?> TryConnectAsync(
        CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await context.ConnectAsync(cancellationToken);
        }
        catch (BackupException)
        {
            return null;
        }
    }
}

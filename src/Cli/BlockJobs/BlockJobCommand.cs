using System.CommandLine;
using LibvirtBackup.BlockJobs;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Completion;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Cli.Progress;

namespace LibvirtBackup.Cli.BlockJobs;

/// <summary>What the three block job commands have in common.</summary>
internal abstract class BlockJobCommand : CliCommand
{
    private readonly Argument<string> _domain = new("domain") { Description = "the domain: name, UUID or id" };
    private readonly Argument<string> _disk = new("disk") { Description = "the disk by its target, such as vda" };
    private readonly Option<string?> _limitRate;
    private readonly Option<bool> _dropBitmaps;

    private protected BlockJobCommand(string name, string purpose)
        : base(name, purpose)
    {
        Add(_domain);
        Add(_disk);
        _limitRate = AddOption(new Option<string?>("--limit-rate")
        {
            Description = "move at most this much in a second", HelpName = "size",
        });
        _dropBitmaps = AddFlag(
            "--drop-bitmaps", "go on where bitmaps are lost; backups read the disk whole once");
    }

    internal override CommandGroup Group => CommandGroup.Chains;

    internal override ValueKind KindAt(int place) => place == 0 ? ValueKind.Domain : ValueKind.Other;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var request = Read(context.Line) with
        {
            Domain = context.Line.GetRequiredValue(_domain),
            Disk = context.Line.GetRequiredValue(_disk),
            BytesPerSecond = SizeOption.Read(context.Line, _limitRate),
            DropBitmaps = context.Line.GetValue(_dropBitmaps),
        };
        var connection = await context.ConnectAsync(cancellationToken);
        var report = await RunAsync(context, connection, request, cancellationToken);
        foreach (var warning in report.Warnings)
            context.Warn(warning);
        if (context.Settings.Json)
        {
            context.PrintJson(BlockJobDocument.Of(Name, report), CliJson.Documents.BlockJobDocument);
            return ExitCode.Done;
        }

        context.Print($"disk {report.Disk} of domain {report.Domain} is in {string.Join(" over ", report.Images)}");
        foreach (var bitmap in report.CarriedBitmaps)
            context.PrintExtra($"bitmap {bitmap} was carried over");
        CheckpointStates.Print(context, report.Checkpoints);
        return ExitCode.Done;
    }

    /// <summary>The request, but for what all have; domain and disk may be empty.</summary>
    private protected abstract BlockJobRequest Read(ParseResult line);

    private static async Task<BlockJobReport> RunAsync(
        CommandContext context,
        Interop.Libvirt.LibvirtConnection connection,
        BlockJobRequest request,
        CancellationToken cancellationToken)
    {
        await using var display = TransferDisplays.Create(context);
        var relay = new ProgressRelay<BlockJobProgress>(
            step => display.Report(step.Disk, step.DoneBytes, step.TotalBytes));
        return await context.Get<BlockJobEngine>().RunAsync(connection, request, relay, cancellationToken);
    }
}

using System.CommandLine;
using LibvirtBackup.Checkpoints;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-create</c>.</summary>
internal sealed class CheckpointCreateCommand : CliCommand
{
    private readonly Slot _domain;
    private readonly Slot _file;
    private readonly Option<bool> _redefine;
    private readonly Option<bool> _validate;
    private readonly Option<bool> _quiesce;

    internal CheckpointCreateCommand()
        : base("checkpoint-create", "Make a checkpoint from XML, or tell libvirt of one that the disks already have.")
    {
        _domain = AddSlot(CommandSlots.Domain());
        _file = AddSlot(new Slot(
            "file", "--xmlfile", "the <domaincheckpoint> document; without it all disks and a name by the clock",
            required: false));
        _redefine = AddFlag("--redefine", "the bitmaps exist already: only the description is written");
        _validate = AddFlag("--redefine-validate", "with --redefine: check that the bitmaps really exist");
        _quiesce = AddFlag("--quiesce", "freeze the guest's file systems for the moment (most hosts refuse this)");
    }

    internal override CommandGroup Group => CommandGroup.Checkpoints;

    internal override bool WorksElsewhere => true;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("checkpoint-create web", "from now on, record what changes on all disks of 'web'"),
        new("checkpoint-create web monday.xml --redefine --redefine-validate",
            "bring back a checkpoint whose description got lost, for instance by a migration"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var options = new CheckpointCreation
        {
            Redefine = context.Line.GetValue(_redefine),
            Validate = context.Line.GetValue(_validate),
            Quiesce = context.Line.GetValue(_quiesce),
        };
        if (options.Validate && !options.Redefine)
            throw new BackupException(FailureKind.Usage, $"{Name}: --redefine-validate needs --redefine");

        var domain = context.Slots.Get(_domain);
        var file = context.Slots[_file];
        var xml = file is null
            ? new CheckpointDefinition().ToXml()
            : await InputFile.ReadAsync(file, cancellationToken);
        var service = new CheckpointService(await context.ConnectAsync(cancellationToken));
        var name = await service.CreateAsync(domain, xml, options, cancellationToken);
        if (context.Settings.Json)
        {
            context.PrintJson(
                CheckpointCreatedDocument.Of(Name, domain, name), CliJson.Documents.CheckpointCreatedDocument);
        }
        else
        {
            context.PrintExtra($"Domain checkpoint {name} created" + (file is null ? "" : $" from '{file}'"));
        }

        return ExitCode.Done;
    }
}

using System.CommandLine;
using LibvirtBackup.Checkpoints;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-create-as</c>.</summary>
internal sealed class CheckpointCreateAsCommand : CliCommand
{
    private readonly Slot _domain;
    private readonly Slot _name;
    private readonly Slot _description;
    private readonly Option<bool> _printXml;
    private readonly Option<bool> _quiesce;
    private readonly Option<string[]> _diskSpec;
    private readonly Argument<string[]> _moreDisks;

    internal CheckpointCreateAsCommand()
        : base("checkpoint-create-as", "Make a checkpoint with a name, a description and chosen disks.")
    {
        _domain = AddSlot(CommandSlots.Domain());
        _name = AddSlot(new Slot("name", "--name", "its name; by the clock when absent", required: false));
        _description = AddSlot(new Slot("description", "--description", "a note for people", required: false));
        _moreDisks = new Argument<string[]>("diskspec")
        {
            Description = "as --diskspec",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Add(_moreDisks);
        _printXml = AddFlag("--print-xml", "print the document and make nothing");
        _quiesce = AddFlag("--quiesce", "freeze the guest's file systems for the moment (most hosts refuse this)");
        _diskSpec = AddOption(new Option<string[]>("--diskspec")
        {
            Description = "a disk: vda or vda,checkpoint=bitmap to record it, vdb,checkpoint=no to leave it out; "
                + "may be given several times; disks not named are left out once one is named",
            HelpName = "disk[,checkpoint=bitmap|no][,bitmap=name]",
        });
    }

    internal override CommandGroup Group => CommandGroup.Checkpoints;

    internal override bool WorksElsewhere => true;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("checkpoint-create-as web monday", "record what changes on the disks of 'web' from now on, as 'monday'"),
        new("checkpoint-create-as web monday --diskspec vda --diskspec vdb,checkpoint=no",
            "only on vda; needed when vdb is a raw disk, for raw disks cannot record"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var domain = context.Slots.Get(_domain);
        var xml = Definition(context).ToXml();
        if (context.Line.GetValue(_printXml))
        {
            PrintXml(context, xml);
            return ExitCode.Done;
        }

        var options = new CheckpointCreation { Quiesce = context.Line.GetValue(_quiesce) };
        var service = new CheckpointService(await context.ConnectAsync(cancellationToken));
        var name = await service.CreateAsync(domain, xml, options, cancellationToken);
        if (context.Settings.Json)
        {
            context.PrintJson(
                CheckpointCreatedDocument.Of(Name, domain, name), CliJson.Documents.CheckpointCreatedDocument);
        }
        else
        {
            context.PrintExtra($"Domain checkpoint {name} created");
        }

        return ExitCode.Done;
    }

    private void PrintXml(CommandContext context, string xml)
    {
        if (context.Settings.Json)
        {
            context.PrintJson(XmlDocument.Of(Name, xml), CliJson.Documents.XmlDocument);
            return;
        }

        context.Print(xml);
        context.PrintExtra("");
    }

    private CheckpointDefinition Definition(CommandContext context) => new()
    {
        Name = context.Slots[_name],
        Description = context.Slots[_description],
        Disks =
        [
            .. (context.Line.GetValue(_diskSpec) ?? [])
                .Concat(context.Slots.Rest)
                .Concat(context.Line.GetValue(_moreDisks) ?? [])
                .Select(CheckpointDiskSpec.Parse),
        ],
    };
}

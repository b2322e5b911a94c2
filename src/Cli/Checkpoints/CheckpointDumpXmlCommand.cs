using System.CommandLine;
using LibvirtBackup.Checkpoints;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-dumpxml</c>.</summary>
internal sealed class CheckpointDumpXmlCommand : CliCommand
{
    private readonly Slot _domain;
    private readonly Slot _checkpoint;
    private readonly Option<bool> _securityInfo;
    private readonly Option<bool> _noDomain;
    private readonly Option<bool> _size;

    internal CheckpointDumpXmlCommand()
        : base("checkpoint-dumpxml", "Print the XML of a checkpoint.")
    {
        _domain = AddSlot(CommandSlots.Domain());
        _checkpoint = AddSlot(CommandSlots.Checkpoint());
        _securityInfo = AddFlag("--security-info", "with passwords and other secrets");
        _noDomain = AddFlag("--no-domain", "without the definition of the domain");
        _size = AddFlag("--size", "with the bytes changed since the checkpoint, per disk; the domain has to run");
    }

    internal override CommandGroup Group => CommandGroup.Checkpoints;

    internal override bool WorksElsewhere => true;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("checkpoint-dumpxml web monday --no-domain --size", "what an incremental backup since 'monday' would copy"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var parts = new CheckpointXmlParts
        {
            SecurityInfo = context.Line.GetValue(_securityInfo),
            NoDomain = context.Line.GetValue(_noDomain),
            Size = context.Line.GetValue(_size),
        };
        var service = new CheckpointService(await context.ConnectAsync(cancellationToken));
        var xml = await service.GetXmlAsync(
            context.Slots.Get(_domain), context.Slots.Get(_checkpoint), parts, cancellationToken);
        if (context.Settings.Json)
        {
            context.PrintJson(XmlDocument.Of(Name, xml), CliJson.Documents.XmlDocument);
            return ExitCode.Done;
        }

        context.Console.Out.Write(xml);
        context.PrintExtra("");
        return ExitCode.Done;
    }
}

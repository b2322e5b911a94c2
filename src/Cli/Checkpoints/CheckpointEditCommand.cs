using LibvirtBackup.Checkpoints;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-edit</c>.</summary>
internal sealed class CheckpointEditCommand : CliCommand
{
    private readonly Slot _domain;
    private readonly Slot _checkpoint;

    internal CheckpointEditCommand()
        : base("checkpoint-edit", "Change a checkpoint's description in your editor.")
    {
        _domain = AddSlot(CommandSlots.Domain());
        _checkpoint = AddSlot(CommandSlots.Checkpoint());
    }

    internal override CommandGroup Group => CommandGroup.Checkpoints;

    internal override bool WorksElsewhere => true;

    internal override string Details => """
        The XML is opened in $VISUAL, else $EDITOR, else vi; what is saved is given back to libvirt. The name cannot
        be changed, and the bitmaps on the disks are not touched.
        """;

    internal override IReadOnlyList<Example> Examples =>
        [new("checkpoint-edit web monday", "for instance to add a <description>")];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (domain, checkpoint) = (context.Slots.Get(_domain), context.Slots.Get(_checkpoint));
        var service = new CheckpointService(await context.ConnectAsync(cancellationToken));
        var before = await service.GetXmlAsync(
            domain, checkpoint, new CheckpointXmlParts { SecurityInfo = true }, cancellationToken);
        using var file = new EditedFile(before, context.Environment);
        while (true)
        {
            var after = await file.EditAsync(cancellationToken);
            if (after == before)
                return Finish(context, domain, checkpoint, changed: false);
            try
            {
                RefuseRename(checkpoint, after);
                await service.CreateAsync(
                    domain, after, new CheckpointCreation { Redefine = true }, cancellationToken);
                return Finish(context, domain, checkpoint, changed: true);
            }
            catch (Exception e) when (e is BackupException or LibvirtException or LibvirtXmlException
                && AskAgain(context, e))
            {
                // Back to the editor, with what the user wrote.
            }
        }
    }

    private static void RefuseRename(string checkpoint, string xml)
    {
        if (DomainCheckpointXml.Parse(xml).Name?.Value is { } name && name != checkpoint)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"checkpoint '{checkpoint}' cannot be renamed to '{name}': its bitmaps have its name");
        }
    }

    private static bool AskAgain(CommandContext context, Exception e)
    {
        if (!context.Console.CanAsk)
            return false;
        context.Console.Error.WriteLine("lvbackup: " + e.Message);
        context.Console.Error.Write("Edit again? [y/n] ");
        return context.Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static int Finish(CommandContext context, string domain, string checkpoint, bool changed)
    {
        if (context.Settings.Json)
        {
            context.PrintJson(
                new CheckpointEditedDocument(domain, checkpoint, changed), CliJson.Documents.CheckpointEditedDocument);
            return ExitCode.Done;
        }

        context.PrintExtra(changed
            ? $"Checkpoint {checkpoint} edited."
            : $"Checkpoint {checkpoint} XML configuration not changed.");
        context.PrintExtra("");
        return ExitCode.Done;
    }
}

using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Output;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Cli.Keys;

/// <summary><c>key</c>.</summary>
internal sealed class KeyCommand : CliCommand
{
    private readonly Argument<string> _action = new("action")
    {
        Description = "list, add, remove or rotate",
        CompletionSources = { _ => ["list", "add", "remove", "rotate"] },
    };

    private readonly Argument<string?> _slot = new("slot")
    {
        Description = "for remove: the slot's id, as list shows it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _newPassphraseFile;
    private readonly Option<string?> _newKeyFile;
    private readonly Option<string?> _label;

    internal KeyCommand()
        : base("key", "List, add, remove or rotate what opens an encrypted repository.")
    {
        Add(_action);
        Add(_slot);
        _newPassphraseFile = AddOption(new Option<string?>("--new-passphrase-file")
        {
            Description = "for add and rotate: file whose first line is the new passphrase",
            HelpName = "file",
        });
        _newKeyFile = AddOption(new Option<string?>("--new-key-file")
        {
            Description = "for add and rotate: file of 32 to 4096 random bytes",
            HelpName = "file",
        });
        _label = AddOption(new Option<string?>("--label")
        {
            Description = "for add: what to call the new slot",
            HelpName = "text",
        });
    }

    private enum KeyAction
    {
        List,
        Add,
        Remove,
        Rotate,
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        Each slot wraps the same key by another secret, so no data is rewritten. rotate replaces the secret that
        opened the repository, in every slot that it opens; the old one works until the new one does. Who has copied
        the key itself while a secret was known can read on: then only a new repository helps.
        """;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("key list --key-file /root/backup.key", "the slots, without secrets"),
        new("key add --key-file /root/backup.key --new-passphrase-file /root/phrase --label recovery",
            "a passphrase as a second way in"),
        new("key rotate --key-file /root/old.key --new-key-file /root/new.key", "replace a key file"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var action = Choice.Parse("the action of key", context.Line.GetRequiredValue(_action), KeyAction.List);
        CheckWords(context.Line, action);
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        switch (action)
        {
            case KeyAction.List:
                await ListAsync(context, repository, cancellationToken);
                break;
            case KeyAction.Add:
                var label = context.Line.GetValue(_label) ?? "added";
                Report(context, await repository.AddKeyAsync(ReadNew(context.Line), label, cancellationToken), "added");
                break;
            case KeyAction.Remove:
                var slot = context.Line.GetRequiredValue(_slot)!; // CheckWords saw it
                Report(context, await repository.RemoveKeyAsync(slot, cancellationToken), "removed");
                break;
            case KeyAction.Rotate:
                var old = context.Settings.ReadSecret() ?? throw new BackupException(
                    FailureKind.Usage, "rotate needs the old secret: give --passphrase-file or --key-file");
                Report(
                    context, await repository.RotateKeyAsync(old, ReadNew(context.Line), cancellationToken), "rotated");
                break;
        }

        return ExitCode.Done;
    }

    private static async Task ListAsync(
        CommandContext context, Repository repository, CancellationToken cancellationToken)
    {
        var slots = await repository.ListKeysAsync(cancellationToken);
        if (context.Settings.Json)
        {
            context.PrintJson(KeyDocument.Of("list", slots), CliJson.Documents.KeyDocument);
            return;
        }

        TextTable.Write(
            context.Console, ["Slot", "Kind", "Label", "Created"],
            [.. slots.Select(s => new[]
            {
                s.Id, Choice.Word(s.Kind), s.Label, TimeText.Format(s.Created, context.Environment.Time.LocalTimeZone),
            })],
            !context.Settings.Quiet);
    }

    private static void Report(CommandContext context, KeySlot slot, string done)
    {
        if (context.Settings.Json)
            context.PrintJson(KeyDocument.Of(done, [slot]), CliJson.Documents.KeyDocument);
        else
            context.Print($"{done} key slot {slot.Id}");
    }

    private void CheckWords(ParseResult line, KeyAction action)
    {
        var hasNew = line.GetValue(_newPassphraseFile) is not null || line.GetValue(_newKeyFile) is not null;
        var needsNew = action is KeyAction.Add or KeyAction.Rotate;
        if (needsNew && !hasNew)
            throw new BackupException(
                FailureKind.Usage, "key: give the new secret by --new-passphrase-file or --new-key-file");
        if (!needsNew && hasNew)
            throw new BackupException(FailureKind.Usage, "key: only add and rotate take a new secret");
        if (action != KeyAction.Add && line.GetValue(_label) is not null)
            throw new BackupException(
                FailureKind.Usage, "key: only add takes a --label; rotate keeps the one that the slot has");
        if (action == KeyAction.Remove != line.GetValue(_slot) is not null)
            throw new BackupException(FailureKind.Usage, "key: remove needs a slot's id, and only remove takes one");
    }

    private RepositorySecret ReadNew(ParseResult line) =>
        SecretFile.Read(line.GetValue(_newPassphraseFile), line.GetValue(_newKeyFile))!; // CheckWords saw one
}

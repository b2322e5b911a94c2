using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>init</c>.</summary>
internal sealed class InitCommand : CliCommand
{
    private readonly Option<string?> _chunkSize;
    private readonly Option<int?> _level;
    private readonly Option<bool> _encrypt;

    internal InitCommand()
        : base("init", "Make a repository for restore points.")
    {
        _chunkSize = AddOption(new Option<string?>("--chunk-size")
        {
            Description = "how finely data is compared and stored: 64KiB (default) to 1MiB, a power of two",
            HelpName = "size",
        });
        _level = AddOption(new Option<int?>("--compression-level")
        {
            Description = "how hard zstd tries: 1 (fast, default) to 19 (small)",
            HelpName = "level",
        });
        _encrypt = AddFlag("--encrypt", "encrypt all that is stored; needs --passphrase-file or --key-file");
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("init --repo /srv/backup", "make /srv/backup a repository"),
        new("init --repo /srv/backup --chunk-size 256KiB", "less bookkeeping for very large disks"),
        new("init --repo /srv/backup --encrypt --key-file /root/backup.key", "nobody reads it without that file"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var directory = context.Settings.RequireRepository();
        var options = new RepositoryOptions();
        if (SizeOption.Read(context.Line, _chunkSize) is { } chunkSize)
            options = options with { ChunkSizeBytes = (int)Math.Min(chunkSize, int.MaxValue) };
        if (context.Line.GetValue(_level) is { } level)
            options = options with { CompressionLevel = level };
        if (context.Line.GetValue(_encrypt))
            options = options with { Secret = context.Settings.ReadSecret() ?? throw NoSecret() };
        else
            CheckPlain(context);
        using var repository = await Repository.CreateAsync(
            directory, options, context.Environment.Time, cancellationToken);
        if (context.Settings.Json)
        {
            context.PrintJson(
                new InitDocument(
                    repository.Id, repository.Location, repository.ChunkSizeBytes, repository.IsEncrypted),
                CliJson.Documents.InitDocument);
        }
        else
        {
            context.Note($"made repository {repository.Id} in '{repository.Location}'");
        }

        return ExitCode.Done;
    }

    /// <summary>Who names a secret means to encrypt.</summary>
    private static void CheckPlain(CommandContext context)
    {
        if (context.Settings.PassphraseFile is not null || context.Settings.KeyFile is not null)
            throw new BackupException(
                FailureKind.Usage,
                "init: a secret is named, but without --encrypt the repository would be readable for everybody; add "
                + "--encrypt, or leave --passphrase-file and --key-file out (and LVBACKUP_PASSPHRASE_FILE and "
                + "LVBACKUP_KEY_FILE)");
    }

    private static BackupException NoSecret() => new(
        FailureKind.Usage,
        "--encrypt needs --passphrase-file or --key-file ('head -c 32 /dev/urandom > FILE' makes a key file); keep it "
        + "safe, without it nothing can be restored");
}

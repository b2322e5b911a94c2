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

    internal InitCommand()
        : base("init", "Make a repository for restore points.") =>
        _chunkSize = AddOption(new Option<string?>("--chunk-size")
        {
            Description = "how finely data is compared and stored: 64KiB (default) to 1MiB, a power of two",
            HelpName = "size",
        });

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override IReadOnlyList<Example> Examples =>
    [
        new("init --repo /srv/backup", "make /srv/backup a repository"),
        new("init --repo /srv/backup --chunk-size 256KiB", "less bookkeeping for very large disks"),
    ];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var directory = context.Settings.RequireRepository();
        var options = new RepositoryOptions();
        if (SizeOption.Read(context.Line, _chunkSize) is { } chunkSize)
            options = options with { ChunkSizeBytes = (int)Math.Min(chunkSize, int.MaxValue) };
        using var repository = await Repository.CreateAsync(
            directory, options, context.Environment.Time, cancellationToken);
        if (context.Settings.Json)
        {
            context.PrintJson(
                new InitDocument(repository.Id, repository.Location, repository.ChunkSizeBytes),
                CliJson.Documents.InitDocument);
        }
        else
        {
            context.Note($"made repository {repository.Id} in '{repository.Location}'");
        }

        return ExitCode.Done;
    }
}

using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.InstantRecovery.Mounts;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>ls</c>.</summary>
internal sealed class LsCommand : CliCommand
{
    private readonly Argument<string> _path = new("point:path") { Description = "the directory, as the guest sees it" };

    internal LsCommand()
        : base("ls", "List a directory in a restore point.") => Add(_path);

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        It needs libguestfs (Debian: libguestfs-tools), and no root. libguestfs finds out what the guest mounts where,
        also on LVM and several disks.
        """;

    internal override IReadOnlyList<Example> Examples =>
        [new("ls 20260131T0200:/etc", "as 'ls -la /etc' in the guest")];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var path = PointPath.Parse(context.Line.GetRequiredValue(_path));
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        var lines = await context.Get<PointFiles>().ListAsync(repository, path.Point, path.Path, cancellationToken);
        if (context.Settings.Json)
            context.PrintJson(new LsDocument(path.Path, lines), CliJson.Documents.LsDocument);
        foreach (var line in context.Settings.Json ? [] : lines)
            context.Print(line);
        return ExitCode.Done;
    }
}

using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.InstantRecovery.Mounts;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>cp</c>.</summary>
internal sealed class CpCommand : CliCommand
{
    private readonly Argument<string> _path = new("point:path")
    {
        Description = "the file or directory, as the guest sees it",
    };

    private readonly Argument<string> _to = new("dir") { Description = "the directory of this host that gets it" };

    internal CpCommand()
        : base("cp", "Copy a file or directory out of a restore point.")
    {
        Add(_path);
        Add(_to);
    }

    internal override CommandGroup Group => CommandGroup.RestorePoints;

    internal override string Details => """
        It needs libguestfs (Debian: libguestfs-tools), and no root. A directory is copied with all below it.
        """;

    internal override IReadOnlyList<Example> Examples =>
        [new("cp 20260131T0200:/etc/fstab .", "one file of that point")];

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var path = PointPath.Parse(context.Line.GetRequiredValue(_path));
        var directory = Path.GetFullPath(context.Line.GetRequiredValue(_to));
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        await context.Get<PointFiles>().CopyAsync(repository, path.Point, path.Path, directory, cancellationToken);
        var copied = Path.Combine(directory, Path.GetFileName(path.Path.TrimEnd('/')));
        if (context.Settings.Json)
            context.PrintJson(new CpDocument(path.Path, copied), CliJson.Documents.CpDocument);
        else
            context.Print(copied);
        return ExitCode.Done;
    }
}

using LibvirtBackup.Cli.Commands;
using LibvirtBackup.InstantRecovery.Mounts;
using LibvirtBackup.InstantRecovery.Servers;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>mount-server</c>: what <c>mount</c> starts, and what lives as long as the mount.</summary>
internal sealed class MountServerCommand : CliCommand
{
    /// <summary>The command's name.</summary>
    internal const string Word = HelperCommands.MountServer;

    private readonly MountOptions _options = new();

    internal MountServerCommand()
        : base(Word, "Serve what is mounted; started by mount.")
    {
        Hidden = true;
        _options.AddTo(this);
    }

    internal override CommandGroup Group => CommandGroup.Program;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        ProcessSignals.LeaveSession();
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        await using var mount = await context.Get<PointMounter>()
            .MountAsync(repository, _options.Read(context.Line), cancellationToken);
        foreach (var warning in mount.Warnings)
            context.Print(PointMounter.WarningWord + warning);
        foreach (var place in mount.MountPoints)
            context.Print(PointMounter.PlaceWord + place);
        context.Print(PointServerHost.Ready);
        await context.Console.Out.FlushAsync(cancellationToken);
        await mount.WaitForEndAsync(cancellationToken);
        return ExitCode.Done;
    }
}

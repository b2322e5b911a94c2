using System.CommandLine;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.InstantRecovery.Servers;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>point-server</c>: what <c>boot</c> starts beside the domain, and what outlives it.</summary>
internal sealed class PointServerCommand : CliCommand
{
    /// <summary>The command's name.</summary>
    internal const string Word = HelperCommands.PointServer;

    private readonly Argument<string> _domain = new("domain") { Description = "the domain's UUID" };

    internal PointServerCommand()
        : base(Word, "Serve a restore point to the domain that runs from it; started by boot.")
    {
        Hidden = true;
        Add(_domain);
    }

    internal override CommandGroup Group => CommandGroup.Program;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        ProcessSignals.LeaveSession();
        using var repository = await context.OpenRepositoryAsync(cancellationToken);
        await context.Get<PointServerHost>().RunAsync(
            repository, context.Line.GetRequiredValue(_domain), () => Announce(context), cancellationToken);
        return ExitCode.Done;
    }

    private static void Announce(CommandContext context)
    {
        context.Print(PointServerHost.Ready);
        context.Console.Out.Flush();
    }
}

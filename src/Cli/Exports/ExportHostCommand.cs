using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Exports.Hosting;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Cli.Exports;

/// <summary><c>export-host</c>: the process of an export. It reads its order from stdin.</summary>
internal sealed class ExportHostCommand : CliCommand
{
    /// <summary>The command's name.</summary>
    internal const string Word = "export-host";

    internal ExportHostCommand()
        : base(Word, "Serve an export; started by export-start.") => Hidden = true;

    internal override CommandGroup Group => CommandGroup.Program;

    internal override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        // Control-C at the terminal is for who waits there.
        ProcessSignals.LeaveSession();
        var order = ExportHost.ReadOrder(await context.Console.In.ReadLineAsync(cancellationToken));
        using var repository = order.Repository is null
            ? null
            : await Repository.OpenAsync(
                order.Repository, SecretFile.Read(order.PassphraseFile, order.KeyFile), context.Environment.Time,
                cancellationToken);
        await context.Get<ExportHost>().RunAsync(
            context.Settings.StateDirectory, order, cancelled => context.ServeAsync(order, repository, cancelled),
            context.Console.Out, cancellationToken);
        return ExitCode.Done;
    }
}

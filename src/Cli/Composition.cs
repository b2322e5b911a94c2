using LibvirtBackup.Backups;
using LibvirtBackup.Cli.Backups;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.InstantRecovery;
using LibvirtBackup.InstantRecovery;
using Microsoft.Extensions.DependencyInjection;

namespace LibvirtBackup.Cli;

/// <summary>The one place where the services of the program are put together.</summary>
internal sealed class Composition : IDisposable
{
    private readonly ServiceProvider _services;

    internal Composition(CommandContext context)
    {
        var services = new ServiceCollection();
        services.AddSingleton(context.Settings);
        services.AddSingleton(context.Environment.Time);
        services.AddEngines(new BackupEngineOptions
        {
            StateDirectory = context.Settings.StateDirectory,
            Program = $"lvbackup {ProgramVersion.Number}",
            ThawWatchdog = Again(context, ThawWatchdogCommand.Word),
        },
        new InstantRecoveryOptions
        {
            StateDirectory = Path.GetFullPath(context.Settings.StateDirectory),
            Server = Again(context, PointServerCommand.Word),
            Mounter = Again(context, MountServerCommand.Word),
        });
        _services = services.BuildServiceProvider();
    }

    /// <summary>This program with a command; empty where it cannot be started again.</summary>
    private static IReadOnlyList<string> Again(CommandContext context, string command) =>
        context.Environment.Program is [_, ..] program ? [.. program, command] : [];

    /// <summary>A service.</summary>
    internal T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <inheritdoc/>
    public void Dispose() => _services.Dispose();
}

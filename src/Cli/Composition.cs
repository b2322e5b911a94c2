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
        services.AddLibvirtBackup(new BackupEngineOptions
        {
            StateDirectory = context.Settings.StateDirectory,
            Program = $"lvbackup {ProgramVersion.Number}",
            ThawWatchdog = context.Environment.Program is [_, ..] program ? [.. program, ThawWatchdogCommand.Word] : [],
        },
        new InstantRecoveryOptions
        {
            StateDirectory = Path.GetFullPath(context.Settings.StateDirectory),
            Server = context.Environment.Program is [_, ..] self ? [.. self, PointServerCommand.Word] : [],
        });
        _services = services.BuildServiceProvider();
    }

    /// <summary>A service.</summary>
    internal T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <inheritdoc/>
    public void Dispose() => _services.Dispose();
}

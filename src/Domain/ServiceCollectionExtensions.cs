using LibvirtBackup.Backups;
using LibvirtBackup.BlockJobs;
using LibvirtBackup.Exports;
using LibvirtBackup.Exports.Hosting;
using LibvirtBackup.ImageSets;
using LibvirtBackup.Imports;
using LibvirtBackup.InstantRecovery;
using LibvirtBackup.InstantRecovery.Mounts;
using LibvirtBackup.InstantRecovery.Proofs;
using LibvirtBackup.InstantRecovery.Servers;
using LibvirtBackup.Policies.Running;
using LibvirtBackup.Pushes;
using LibvirtBackup.Recovery;
using LibvirtBackup.Reports;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Maintenance.Sources;
using LibvirtBackup.Restores;
using LibvirtBackup.Snapshots;
using LibvirtBackup.Views;
using LibvirtBackup.Views.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LibvirtBackup;

/// <summary>Registers the library with a service collection.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="BackupEngine"/>, <see cref="PushEngine"/>, <see cref="ImageSetExporter"/>,
    /// <see cref="ImportEngine"/>, <see cref="RestoreEngine"/>,
    /// <see cref="GarbageCollector"/>,
    /// <see cref="SourceVerifier"/>, <see cref="RepositoryRepairer"/>, <see cref="Doctor"/>,
    /// <see cref="RepositoryReporter"/>, <see cref="PointServer"/>, <see cref="ViewService"/>,
    /// <see cref="ViewServer"/>, <see cref="InstantBooter"/>, <see cref="InstantFinisher"/> and
    /// <see cref="InstantDiscarder"/>, and <see cref="TimeProvider.System"/> unless there is one.
    /// </summary>
    /// <param name="services">The collection.</param>
    /// <param name="options">How backups are run on this host; null for the defaults.</param>
    /// <param name="instant">How domains run from a repository; null to note them beside the backups and start no
    /// servers.</param>
    /// <returns>The collection.</returns>
    public static IServiceCollection AddLibvirtBackup(this IServiceCollection services,
        BackupEngineOptions? options = null, InstantRecoveryOptions? instant = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        options ??= new BackupEngineOptions();
        services.AddSingleton(options);
        services.AddSingleton(instant ?? new InstantRecoveryOptions { StateDirectory = options.StateDirectory });
        services.AddSingleton<BackupEngine>();
        services.AddSingleton<PushEngine>();
        services.AddSingleton<ImageSetExporter>();
        services.AddSingleton<ImportEngine>();
        services.AddSingleton<RestoreEngine>();
        services.AddSingleton<GarbageCollector>();
        services.AddSingleton<SourceVerifier>();
        services.AddSingleton<RepositoryRepairer>();
        services.AddSingleton<Doctor>();
        services.AddSingleton<RepositoryReporter>();
        services.AddSingleton<PointServer>();
        services.AddSingleton<BlockJobEngine>();
        services.AddSingleton<SnapshotEngine>();
        services.AddSingleton<ExportHost>();
        services.AddSingleton(provider =>
            new BackgroundExports(
                provider.GetRequiredService<BackupEngineOptions>().StateDirectory,
                provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ViewService>();
        services.AddSingleton<ViewServer>();
        services.AddSingleton<InstantBooter>();
        services.AddSingleton<InstantFinisher>();
        services.AddSingleton<InstantDiscarder>();
        services.AddSingleton<PointServerHost>();
        services.AddSingleton<RestoreProver>();
        services.AddSingleton<PointMounter>();
        services.AddSingleton<PointFiles>();
        services.AddSingleton<PolicyEngine>();
        return services;
    }
}

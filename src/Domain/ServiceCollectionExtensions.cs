using LibvirtBackup.Backups;
using LibvirtBackup.BlockJobs;
using LibvirtBackup.Clients;
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
using Microsoft.Extensions.Logging;

namespace LibvirtBackup;

/// <summary>Registers the library with a service collection.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="BackupClient"/> for the whole program, with the collection's clock and logging where it has
    /// them.
    /// </summary>
    /// <param name="services">The collection.</param>
    /// <param name="options">How to work on this machine; null for the defaults.</param>
    /// <returns>The collection.</returns>
    public static IServiceCollection AddLibvirtBackup(
        this IServiceCollection services, BackupClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new BackupClient(
            options, provider.GetRequiredService<TimeProvider>(), provider.GetService<ILogger<BackupClient>>()));
        return services;
    }

    /// <summary>Adds the parts themselves, for the program.</summary>
    internal static IServiceCollection AddEngines(
        this IServiceCollection services, BackupEngineOptions options, InstantRecoveryOptions instant)
    {
        services.AddSingleton(options);
        services.AddSingleton(instant);
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

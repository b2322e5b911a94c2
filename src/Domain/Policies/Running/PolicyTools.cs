using LibvirtBackup.Backups;
using LibvirtBackup.InstantRecovery.Proofs;
using LibvirtBackup.Repositories.Maintenance;

namespace LibvirtBackup.Policies.Running;

/// <summary>The engines that policies set to work.</summary>
internal sealed record PolicyTools(
    string StateDirectory, BackupEngine Backups, GarbageCollector Collector, RestoreProver Prover);

using LibvirtBackup.Backups.Jobs;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>Somebody always does something: so every run that succeeds looks at everything again.</summary>
internal sealed class SimulatedWatch : IDomainWatch
{
    public IReadOnlyList<string> Changes => ["somebody did something"];

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>The process does not exist any more. Nothing catches it.</summary>
internal sealed class SimulatedCrashException() : Exception("killed");

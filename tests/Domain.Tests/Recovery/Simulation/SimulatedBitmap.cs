namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>A bitmap of one image; bits are chunk numbers.</summary>
internal sealed class SimulatedBitmap
{
    internal HashSet<int> Dirty { get; } = [];

    internal bool Recording { get; set; } = true;

    internal bool Persistent { get; set; } = true;

    internal bool Inconsistent { get; set; }

    internal long GranularityBytes { get; set; } = 64 * Units.KiB;

    internal bool IsValid => Recording && Persistent && !Inconsistent;
}

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>A bitmap of one image; bits are chunk numbers.</summary>
internal sealed class SimulatedBitmap
{
    private HashSet<int>? _stored;

    internal HashSet<int> Dirty { get; private init; } = [];

    /// <summary>
    /// What was written since the bitmap was made, and is not in it: it was cleared or paused. Empty while it is true.
    /// </summary>
    internal HashSet<int> Missed { get; private init; } = [];

    internal bool Recording { get; set; } = true;

    internal bool Persistent { get; set; } = true;

    internal bool Inconsistent { get; set; }

    /// <summary>True when the image has it: a QEMU that is killed loses others without a trace.</summary>
    internal bool IsStored => _stored is not null;

    internal long GranularityBytes { get; set; } = 64 * Units.KiB;

    internal bool IsValid => Recording && Persistent && !Inconsistent;

    internal long DirtyBytes => Dirty.Count * GranularityBytes;

    internal void Write(int chunk)
    {
        if (Inconsistent) return;
        if (Recording) Dirty.Add(chunk);
        else if (!Dirty.Contains(chunk)) Missed.Add(chunk);
        if (Recording) Missed.Remove(chunk);
    }

    internal void Clear()
    {
        Missed.UnionWith(Dirty);
        Dirty.Clear();
    }

    /// <summary>The image gets what it holds.</summary>
    internal SimulatedBitmap Store()
    {
        if (!Inconsistent) _stored = [.. Dirty];
        return this;
    }

    /// <summary>QEMU was killed: the image has what was stored last, and says that it is of no use.</summary>
    internal void Break()
    {
        Missed.UnionWith(Dirty);
        Dirty.Clear();
        Dirty.UnionWith(_stored ?? []);
        Missed.ExceptWith(Dirty);
        Inconsistent = true;
    }

    internal SimulatedBitmap Clone() => new()
    {
        Dirty = [.. Dirty],
        Missed = [.. Missed],
        Recording = Recording,
        Persistent = Persistent,
        Inconsistent = Inconsistent,
        _stored = _stored,
        GranularityBytes = GranularityBytes,
    };
}

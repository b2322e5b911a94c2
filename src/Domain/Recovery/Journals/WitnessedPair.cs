namespace LibvirtBackup.Recovery.Journals;

/// <summary>Two checkpoints of a disk, of which the witness was there when the other one was made.</summary>
/// <param name="Checkpoint">The newer checkpoint's name.</param>
/// <param name="Disk">The disk's target (<c>vda</c>).</param>
/// <param name="Witness">The older checkpoint's name.</param>
internal sealed record WitnessedPair(string Checkpoint, string Disk, string Witness);

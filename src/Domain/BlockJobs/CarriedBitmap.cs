namespace LibvirtBackup.BlockJobs;

/// <summary>A bitmap that is carried to another image by us.</summary>
/// <param name="Name">Its name.</param>
/// <param name="GranularityBytes">Bytes per bit: the finest of its parts.</param>
/// <param name="IsRecording">Whether it goes on recording.</param>
/// <param name="IsPersistent">Whether it outlives QEMU.</param>
/// <param name="Nodes">The block nodes that hold a part of it.</param>
internal sealed record CarriedBitmap(
    string Name, long GranularityBytes, bool IsRecording, bool IsPersistent, IReadOnlyList<string> Nodes);

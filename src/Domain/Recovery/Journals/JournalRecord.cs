using System.Text.Json.Serialization;
using LibvirtBackup.Backups.Jobs;

namespace LibvirtBackup.Recovery.Journals;

/// <summary>One line of a domain's journal.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "record")]
[JsonDerivedType(typeof(JobBegun), "job-begun")]
[JsonDerivedType(typeof(JobEnded), "job-ended")]
[JsonDerivedType(typeof(DropBegun), "drop-begun")]
[JsonDerivedType(typeof(DropEnded), "drop-ended")]
[JsonDerivedType(typeof(Kept), "kept")]
[JsonDerivedType(typeof(Seen), "seen")]
[JsonDerivedType(typeof(Witnessed), "witnessed")]
[JsonDerivedType(typeof(Used), "used")]
internal abstract record JournalRecord
{
    private JournalRecord()
    {
    }

    /// <summary>Intent: a job, with its checkpoint, is about to be begun; another one of the same run replaces it.
    /// </summary>
    internal sealed record JobBegun(JobIntent Job) : JournalRecord;

    /// <summary>The job and all that it left are dealt with.</summary>
    /// <param name="IsCommitted">True when the point exists, and the checkpoint, if any, stays.</param>
    internal sealed record JobEnded(bool IsCommitted) : JournalRecord;

    /// <summary>Intent: a checkpoint is about to be removed, from one disk or (null) from all.</summary>
    internal sealed record DropBegun(string Checkpoint, string? Disk) : JournalRecord;

    /// <summary>It is removed; what was noted of it goes with it.</summary>
    internal sealed record DropEnded(string Checkpoint, string? Disk) : JournalRecord;

    /// <summary>
    /// A checkpoint stays that the journal did not know of, or libvirt had forgotten. There is no intent before
    /// adopting: libvirt does it as a whole or not at all, and proves by it that the bitmap is valid.
    /// </summary>
    internal sealed record Kept(string Checkpoint) : JournalRecord;

    /// <summary>How much a bitmap held when it was looked at: it can only grow while it lives.</summary>
    /// <param name="Checkpoint">The checkpoint.</param>
    /// <param name="Disk">The disk.</param>
    /// <param name="DirtyBytes">What libvirt said.</param>
    /// <param name="VirtualSizeBytes">The disk's size then: shrinking it takes what was dirty behind its end.</param>
    /// <param name="Origin">
    /// libvirt's description of the checkpoint: that of a restored domain, whose bitmap began anew, has another one.
    /// </param>
    internal sealed record Seen(string Checkpoint, string Disk, long DirtyBytes, long VirtualSizeBytes, string Origin)
        : JournalRecord;

    /// <summary>
    /// How much another checkpoint's bitmap held when this one's was already recording: what that one grows by, this
    /// one has to hold.
    /// </summary>
    internal sealed record Witnessed(string Checkpoint, string Disk, string Witness, long DirtyBytes) : JournalRecord;

    /// <summary>A sequence number was given to a point, whether that was completed or not.</summary>
    internal sealed record Used(string RepositoryId, string Track, int Sequence) : JournalRecord;
}

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// Statistics of a domain job, such as a backup (<c>virDomainGetJobStats</c>, since 1.0.3). A field that the job does
/// not have is null.
/// </summary>
/// <param name="Type">None, running (bounded or unbounded), completed, failed or cancelled.</param>
/// <param name="Parameters">All that libvirt said.</param>
public sealed record DomainJobStats(VirDomainJobType Type, TypedParameterList Parameters)
{
    /// <summary>The kind of job; null when libvirt did not say.</summary>
    public VirDomainJobOperation? Operation =>
        Parameters.GetInt32("operation") is { } value ? (VirDomainJobOperation)value : null;

    /// <summary>How long it has run.</summary>
    public TimeSpan? Elapsed =>
        Parameters.GetInt64("time_elapsed") is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    /// <summary>Bytes of disk to transfer in all; a push backup has it.</summary>
    public long? DiskTotal => Parameters.GetInt64("disk_total");

    /// <summary>Bytes of disk transferred; a push backup has it.</summary>
    public long? DiskProcessed => Parameters.GetInt64("disk_processed");

    /// <summary>Bytes of disk still to transfer; a push backup has it.</summary>
    public long? DiskRemaining => Parameters.GetInt64("disk_remaining");

    /// <summary>Bytes that the scratch files hold now; a pull backup has it.</summary>
    public long? DiskTempUsed => Parameters.GetInt64("disk_temp_used");

    /// <summary>Bytes that the scratch files may grow to; a pull backup has it.</summary>
    public long? DiskTempTotal => Parameters.GetInt64("disk_temp_total");

    /// <summary>Whether a completed job succeeded.</summary>
    public bool? Success => Parameters.GetBoolean("success");

    /// <summary>
    /// libvirt's text on the end of the job. A pull backup that was ended as intended has one too ("Operation
    /// canceled"), so it tells no failure there.
    /// </summary>
    public string? ErrorMessage => Parameters.GetString("errmsg");
}

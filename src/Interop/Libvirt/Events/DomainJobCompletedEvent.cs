namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// A domain job, such as a backup, ended (event 21, since 1.3.3). It arrives before the block job events of the disks.
/// </summary>
/// <param name="Domain">The domain.</param>
/// <param name="Parameters">
/// The statistics: <c>operation</c>, <c>success</c>, <c>errmsg</c>, <c>disk_total</c> and so on. <c>errmsg</c> is set
/// for a pull backup that was ended as intended, so it tells no failure there.
/// </param>
public sealed record DomainJobCompletedEvent(DomainIdentity Domain, TypedParameterList Parameters)
    : DomainEvent(Domain)
{
    /// <summary>The kind of job; null when libvirt did not say.</summary>
    public VirDomainJobOperation? Operation =>
        Parameters.GetInt32("operation") is { } value ? (VirDomainJobOperation)value : null;

    /// <summary>Whether it succeeded; null when libvirt did not say.</summary>
    public bool? Success => Parameters.GetBoolean("success");

    /// <summary>libvirt's text on the end of the job; null when there is none.</summary>
    public string? ErrorMessage => Parameters.GetString("errmsg");
}

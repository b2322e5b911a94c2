using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Hosts;

/// <summary>Puts what was asked, and of what, before libvirt's own text.</summary>
internal static class HostRefusal
{
    /// <summary>The failure for a refusal; its kind is decided by libvirt's code, never by the text.</summary>
    /// <param name="e">The refusal.</param>
    /// <param name="what">What failed, on what.</param>
    /// <param name="next">What to do next, or null.</param>
    internal static BackupException Of(LibvirtException e, string what, string? next = null)
    {
        var (kind, advice) = e.Code switch
        {
            VirErrorNumber.NoSupport => (
                FailureKind.NotSupported, next ?? "this driver of libvirt lacks it, connect to qemu:///system"),

            // libvirt waits half a minute for a job that is in the way and calls that a timeout.
            VirErrorNumber.OperationTimeout => (FailureKind.Busy, next ?? "another job is running on it, try later"),
            _ when RightsAdvice.IsDenied(e) => (FailureKind.Failed, RightsAdvice.Of(e)),
            _ => (FailureKind.Failed, next),
        };
        return new BackupException(kind, $"{what}: {e.Message}" + (advice is null ? "" : $"; {advice}"), e);
    }
}

using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Hosts;

/// <summary>What to do where libvirt cannot be reached, or refuses what a backup has to do.</summary>
internal static class RightsAdvice
{
    private const string Start = "start libvirtd or virtqemud, and check --connect";

    private static string Join => Environment.IsPrivilegedProcess
        ? "allow root to use it (the policy of polkit's action org.libvirt.unix.manage)"
        : $"join the group that may use libvirt ('usermod -aG libvirt {Environment.UserName}', then log in again), or "
            + "run as root";

    /// <summary>Whether it was polkit that did not let somebody in.</summary>
    internal static bool IsLockedOut(LibvirtException refusal) => refusal.Code
        is VirErrorNumber.AuthFailed or VirErrorNumber.AuthUnavailable or VirErrorNumber.AuthCancelled;

    /// <summary>Whether a call was refused because of who asks, and not for what is asked.</summary>
    internal static bool IsDenied(LibvirtException refusal) =>
        IsLockedOut(refusal) || refusal.Code is VirErrorNumber.OperationDenied or VirErrorNumber.AccessDenied;

    /// <param name="refusal">libvirt's answer; null when there was none.</param>
    internal static string Of(LibvirtException? refusal) => refusal switch
    {
        { Code: VirErrorNumber.OperationDenied } =>
            "this connection is for reading only: use libvirt's other socket (libvirt-sock, not libvirt-sock-ro), or "
            + "another --connect",
        { Code: VirErrorNumber.AccessDenied } =>
            $"allow user '{Environment.UserName}' all of libvirt's API in polkit (access_drivers in libvirtd.conf asks "
            + "it), or run as root",
        not null when IsLockedOut(refusal) => Join,
        _ => Environment.IsPrivilegedProcess ? Start : $"{Join}; or {Start}",
    };
}

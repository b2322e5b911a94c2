namespace LibvirtBackup.Qmp;

/// <summary>The version of the running QEMU (<c>query-version</c>).</summary>
/// <param name="Version">Major, minor and micro number, such as 7.2.22.</param>
/// <param name="Package">The distribution's text, such as <c>Debian 1:7.2+dfsg-7</c>; empty when there is none.</param>
internal sealed record QmpVersion(Version Version, string Package);

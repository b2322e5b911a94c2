namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtConnection
{
    private const int VersionBase = 1000;

    /// <summary>The version of the client library (<c>virGetVersion</c>); asks no daemon.</summary>
    /// <returns>Such as 9.0.0.</returns>
    public static Version GetLibraryVersion() => ReadVersion(LibvirtFunctions.virGetVersion(null).LibVer);

    /// <summary>The version of libvirt that serves the connection (<c>virConnectGetLibVersion</c>, since 0.7.3).
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The daemon's version, such as 11.3.0.</returns>
    public Task<Version> GetLibvirtVersionAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => ReadVersion(LibvirtFunctions.virConnectGetLibVersion(Handle)), cancellationToken);

    /// <summary>The version of the hypervisor (<c>virConnectGetVersion</c>).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Such as 7.2.22 of QEMU; null when the driver does not know it.</returns>
    public Task<Version?> GetHypervisorVersionAsync(CancellationToken cancellationToken = default) => RunAsync(
        () => LibvirtFunctions.virConnectGetVersion(Handle) is var version and not 0 ? ReadVersion(version) : null,
        cancellationToken);

    /// <summary>The connection's full URI (<c>virConnectGetURI</c>, since 0.3.0).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Such as <c>qemu:///system</c>.</returns>
    public Task<string> GetUriAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virConnectGetURI(Handle), cancellationToken);

    /// <summary>The host's name (<c>virConnectGetHostname</c>, since 0.3.0).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The name as the daemon knows it.</returns>
    public Task<string> GetHostnameAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virConnectGetHostname(Handle), cancellationToken);

    /// <summary>What the host can do (<c>virConnectGetCapabilities</c>, since 0.2.1).</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>XML with the root element <c>capabilities</c>.</returns>
    public Task<string> GetCapabilitiesXmlAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virConnectGetCapabilities(Handle), cancellationToken);

    /// <summary>
    /// What the hypervisor can do for a machine (<c>virConnectGetDomainCapabilities</c>, since 1.2.7), such as
    /// <c>features/backup/@supported</c>. Null means the host's default.
    /// </summary>
    /// <param name="emulator">The emulator's path.</param>
    /// <param name="architecture">Such as <c>x86_64</c>.</param>
    /// <param name="machine">Such as <c>q35</c>.</param>
    /// <param name="virtualizationType">Such as <c>kvm</c> or <c>qemu</c>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>XML with the root element <c>domainCapabilities</c>.</returns>
    public Task<string> GetDomainCapabilitiesXmlAsync(
        string? emulator = null,
        string? architecture = null,
        string? machine = null,
        string? virtualizationType = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(
            () => LibvirtFunctions.virConnectGetDomainCapabilities(
                Handle, emulator, architecture, machine, virtualizationType),
            cancellationToken);

    // libvirt packs a version as major * 1000000 + minor * 1000 + micro.
    private static Version ReadVersion(ulong packed) => new(
        (int)(packed / (VersionBase * VersionBase)),
        (int)(packed / VersionBase % VersionBase),
        (int)(packed % VersionBase));
}

using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.InstantRecovery;

/// <summary>
/// A domain that runs from the repository: all that is needed to bring its server back, to finish it, or to throw it
/// away, whatever was killed. Kept in the state directory.
/// </summary>
internal sealed record InstantDomain
{
    /// <summary>The domain's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its UUID, by which it is found.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>How far it is.</summary>
    public required InstantPhase Phase { get; init; }

    /// <summary>The process that boots it as a test: when it is dead, the domain is thrown away. Else null.</summary>
    public ProcessIdentity? TestedBy { get; init; }

    /// <summary>The restore point's whole id.</summary>
    public required string Point { get; init; }

    /// <summary>The mark in the repository that keeps the point; null for a test, whose server's lock does.</summary>
    public string? Use { get; init; }

    /// <summary>The repository's directory.</summary>
    public required string Repository { get; init; }

    /// <summary>The file with the passphrase that opens it, or null.</summary>
    public string? PassphraseFile { get; init; }

    /// <summary>The key file that opens it, or null.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The URI of the libvirt that runs it.</summary>
    public required string Connection { get; init; }

    /// <summary>Where the images and the socket are.</summary>
    public required string Directory { get; init; }

    /// <summary>Whether the directory was made for it, and goes with it.</summary>
    public required bool MadeDirectory { get; init; }

    /// <summary>The server's unix socket.</summary>
    public required string Socket { get; init; }

    /// <summary>QEMU's user id, which the socket is given to; null where libvirt does not change users.</summary>
    public uint? QemuUser { get; init; }

    /// <summary>QEMU's group id, likewise.</summary>
    public uint? QemuGroup { get; init; }

    /// <summary>The disks.</summary>
    public required IReadOnlyList<InstantDisk> Disks { get; init; }

    /// <summary>Files beside the disks that were made for it: the variable store, firmware, a kernel.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>True when it belongs to nobody any more: half made, half thrown away, or of a test that was killed.
    /// </summary>
    internal bool IsLeftOver => Phase != InstantPhase.Running || TestedBy?.IsAlive() == false;
}

using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// Owns one reference to a libvirt object. libvirt counts references itself and an object keeps its connection
/// alive, so handles may be disposed in any order. A handle that is not disposed gives its reference back from
/// the finalizer, and is counted as a leak.
/// </summary>
public abstract class LibvirtHandle : SafeHandle
{
    private readonly HandleLeaks.Origin? _origin;

    private protected LibvirtHandle(nint owned)
        : base(0, ownsHandle: true)
    {
        SetHandle(owned);
        _origin = HandleLeaks.Created(this);
    }

    /// <summary>Whether the handle holds no pointer.</summary>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing && !IsInvalid)
            HandleLeaks.Finalized(this, _origin);
        base.Dispose(disposing);
    }
}

using LibvirtBackup.Qmp;

namespace LibvirtBackup.Bitmaps;

/// <summary>Changes the bitmaps of a running domain: one transaction of its QEMU, all or nothing.</summary>
internal sealed class RunningEditor(QmpClient qemu) : IBitmapEditor
{
    public Task ApplyAsync(IReadOnlyList<BitmapAction> actions, CancellationToken cancellationToken) =>
        qemu.TransactionAsync(actions, cancellationToken);
}

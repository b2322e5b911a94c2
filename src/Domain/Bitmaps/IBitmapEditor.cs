using LibvirtBackup.Qmp;

namespace LibvirtBackup.Bitmaps;

/// <summary>Changes bitmaps of a domain's images.</summary>
internal interface IBitmapEditor
{
    /// <summary>
    /// Carries out all actions in order. When one fails while a bitmap is made, none has been done, or the bitmap does
    /// not record; removals that were done before a failure stay done.
    /// </summary>
    /// <param name="actions">The actions; their nodes are <see cref="BitmapTarget"/>s.</param>
    /// <param name="cancellationToken">Stops waiting; the changes may have been made.</param>
    Task ApplyAsync(IReadOnlyList<BitmapAction> actions, CancellationToken cancellationToken);
}

using System.Globalization;
using LibvirtBackup.Hosts;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Bitmaps;

/// <summary>
/// Changes the bitmaps in the images of a domain that is shut off, under QEMU's locks: it fails where anybody has the
/// image open, and a guest cannot start for the moment that it lasts.
/// </summary>
/// <remarks>
/// qemu-img stores what it did when it closes the image, in one step. Killed before that, it leaves all bitmaps of the
/// image inconsistent, as any QEMU does: backups notice and read everything. So there are as few calls as can be.
/// </remarks>
/// <param name="disk">The disk whose images are changed.</param>
internal sealed class StoredEditor(DiskBitmaps disk) : IBitmapEditor
{
    public async Task ApplyAsync(IReadOnlyList<BitmapAction> actions, CancellationToken cancellationToken)
    {
        var calls = CallsOf(actions);
        try
        {
            foreach (var call in calls)
                await QemuImage.ChangeBitmapsAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupException)
        {
            if (actions is [AddBitmap added, ..]) await RemoveUnfinishedAsync(added).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>qemu-img keeps what it had done before a failure: a bitmap that does not record yet.</summary>
    private async Task RemoveUnfinishedAsync(AddBitmap added)
    {
        try
        {
            var image = await QemuImage.InspectAsync(added.Node, FormatOf(added.Node), CancellationToken.None)
                .ConfigureAwait(false);
            if (image.Bitmaps.Any(bitmap => bitmap is { IsRecording: false, IsInUse: false }
                && bitmap.Name == added.Name))
                await QemuImage.RemoveBitmapAsync(added.Node, added.Name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BackupException)
        {
            // The first failure is the one to tell; what stays does not record and cannot be taken for a whole one.
        }
    }

    /// <summary>The calls of <c>qemu-img bitmap</c>: one for each run of actions on one bitmap.</summary>
    internal IReadOnlyList<ImageBitmapCall> CallsOf(IReadOnlyList<BitmapAction> actions)
    {
        var calls = new List<ImageBitmapCall>();
        foreach (var call in actions.SelectMany(CallsOf))
        {
            if (calls.Count > 0 && calls[^1].TryAppend(call) is { } longer) calls[^1] = longer;
            else calls.Add(call);
        }

        return calls;
    }

    private IEnumerable<ImageBitmapCall> CallsOf(BitmapAction action) => action switch
    {
        AddBitmap add => [Call(add, add.Name, AddOptions(add))],
        RemoveBitmap remove => [Call(remove, remove.Name, ["--remove"])],
        ClearBitmap clear => [Call(clear, clear.Name, ["--clear"])],
        EnableBitmap enable => [Call(enable, enable.Name, ["--enable"])],
        DisableBitmap disable => [Call(disable, disable.Name, ["--disable"])],
        MergeBitmaps merge => merge.Bitmaps.OrderBy(source => source.Node != merge.Node).Select(source =>
            Call(merge, merge.Target, ["--merge", source.Name]) with
            {
                Source = source.Node == merge.Node ? null : (source.Node, FormatOf(source.Node)),
            }),
        _ => throw new InvalidOperationException($"qemu-img has nothing for {action.GetType().Name}"),
    };

    private ImageBitmapCall Call(BitmapAction action, string bitmap, IReadOnlyList<string> options) => new()
    {
        Image = action.Node,
        Format = FormatOf(action.Node),
        Bitmap = bitmap,
        Options = options,
    };

    private static IReadOnlyList<string> AddOptions(AddBitmap add) =>
    [
        "--add",
        .. add.Granularity is { } granularity
            ? (string[])["-g", granularity.ToString(CultureInfo.InvariantCulture)]
            : [],
        .. add.Disabled == true ? (string[])["--disable"] : [],
    ];

    private string FormatOf(string file) => disk.Layers.First(layer => layer.File == file).Format;
}

namespace LibvirtBackup.Hosts;

/// <summary>One call of <c>qemu-img bitmap</c>: several changes of one bitmap, stored in one step.</summary>
internal sealed record ImageBitmapCall
{
    internal required string Image { get; init; }

    internal required string Format { get; init; }

    internal required string Bitmap { get; init; }

    /// <summary>The changes, in order.</summary>
    internal required IReadOnlyList<string> Options { get; init; }

    /// <summary>The image whose bitmaps are merged, when it is another one.</summary>
    internal (string Image, string Format)? Source { get; init; }

    internal IReadOnlyList<string> Arguments =>
    [
        "bitmap", "-f", Format,
        .. Source is { } source ? (string[])["-b", source.Image, "-F", source.Format] : [],
        .. Options, "--", Image, Bitmap,
    ];

    /// <summary>This call with the changes of another one after its own; null when that takes two calls.</summary>
    internal ImageBitmapCall? TryAppend(ImageBitmapCall next) =>
        next.Image == Image && next.Bitmap == Bitmap && next.Source == Source
            ? this with { Options = [.. Options, .. next.Options] }
            : null;
}

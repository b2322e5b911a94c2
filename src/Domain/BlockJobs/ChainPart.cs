using LibvirtBackup.Bitmaps;

namespace LibvirtBackup.BlockJobs;

/// <summary>The images of a disk that a job takes out of its chain. Pure.</summary>
/// <param name="First">The highest of them, counted from the image that the guest writes.</param>
/// <param name="Count">How many.</param>
/// <param name="Keeper">
/// The image that takes over bitmaps which libvirt drops; null for the new image of a copy. It is one that is open for
/// writing by then: a committed image's base is so only while the job runs, and an active commit alone waits.
/// </param>
/// <param name="Receiver">The image that gets the data; null for the new image of a copy.</param>
internal sealed record ChainPart(int First, int Count, int? Keeper, int? Receiver)
{
    /// <summary>True when the job waits for us when all is copied.</summary>
    internal bool Waits => Receiver is null || (First == 0 && Receiver > 0);

    /// <exception cref="BackupException">Usage: the request names an image that is not there, or none is left.
    /// </exception>
    internal static ChainPart Of(BlockJobRequest request, DiskBitmaps disk)
    {
        var images = disk.Layers;
        switch (request)
        {
            case BlockJobRequest.Commit commit:
                var top = commit.Top is null ? 0 : Find(commit.Top, request, disk);
                var receiver = commit.Base is null ? images.Count - 1 : Find(commit.Base, request, disk);
                if (receiver <= top) throw Nothing(request, "merge: the base has to be behind the top", disk);
                if (commit.KeepOverlay && top > 0)
                    throw new BackupException(
                        FailureKind.Usage, "only a commit of the image that the guest writes can be kept apart");
                return new ChainPart(top, receiver - top, top == 0 ? receiver : 0, receiver);
            case BlockJobRequest.Pull pull:
                var end = pull.Base is null ? images.Count : Find(pull.Base, request, disk);
                if (end <= 1) throw Nothing(request, "pull", disk);
                return new ChainPart(1, end - 1, Keeper: 0, Receiver: 0);
            case BlockJobRequest.Copy copy:
                return new ChainPart(0, copy.Shallow ? 1 : images.Count, Keeper: null, Receiver: null);
            default:
                throw new InvalidOperationException("the alternatives are closed");
        }
    }

    /// <summary>The images that go.</summary>
    internal IEnumerable<BitmapLayer> Gone(DiskBitmaps disk) => disk.Layers.Skip(First).Take(Count);

    private static int Find(string image, BlockJobRequest request, DiskBitmaps disk)
    {
        var path = Path.GetFullPath(image);
        for (var i = 0; i < disk.Layers.Count; i++)
            if (disk.Layers[i].File == path || disk.Layers[i].File == image)
                return i;
        throw new BackupException(
            FailureKind.Usage,
            $"disk '{disk.Name}' of domain '{request.Domain}' has no image '{image}'; it has {List(disk)}");
    }

    private static BackupException Nothing(BlockJobRequest request, string what, DiskBitmaps disk) => new(
        FailureKind.Usage,
        $"disk '{disk.Name}' of domain '{request.Domain}' has nothing to {what}; its images are {List(disk)}");

    private static string List(DiskBitmaps disk) =>
        string.Join(", ", disk.Layers.Select(layer => $"'{layer.File}'"));
}

using LibvirtBackup.Bitmaps;
using LibvirtBackup.BlockJobs;
using Xunit;
using static LibvirtBackup.Tests.Bitmaps.TestLayers;

namespace LibvirtBackup.Domain.Tests.BlockJobs;

public sealed class ChainPartTests
{
    private static readonly DiskBitmaps s_disk = Disk(Layer("/top"), Layer("/middle"), Layer("/low"), Layer("/base"));

    [Fact]
    public void A_commit_of_the_active_image_waits_and_its_base_keeps_what_is_carried() => Assert.Equal(
        (new ChainPart(0, 3, Keeper: 3, Receiver: 3), true), (Of(Commit(null, null)), Of(Commit(null, null)).Waits));

    [Fact]
    public void A_commit_of_middle_images_leaves_what_is_carried_in_the_image_that_the_guest_writes()
    {
        var part = Of(Commit("/middle", "/base"));
        Assert.Equal((new ChainPart(1, 2, Keeper: 0, Receiver: 3), false), (part, part.Waits));
        Assert.Equal(["/middle", "/low"], part.Gone(s_disk).Select(layer => layer.File));
    }

    [Fact]
    public void A_pull_takes_what_is_between_the_top_and_what_stays()
    {
        Assert.Equal(new ChainPart(1, 3, Keeper: 0, Receiver: 0), Of(Pull(null)));
        Assert.Equal(new ChainPart(1, 1, Keeper: 0, Receiver: 0), Of(Pull("/low")));
        Assert.False(Of(Pull(null)).Waits);
    }

    [Fact]
    public void A_copy_replaces_all_images_or_the_top_one()
    {
        Assert.Equal((0, 4, true), (Of(Copy(false)).First, Of(Copy(false)).Count, Of(Copy(false)).Waits));
        Assert.Equal((0, 1), (Of(Copy(true)).First, Of(Copy(true)).Count));
    }

    [Fact]
    public void What_is_not_there_or_leaves_nothing_to_do_is_refused_with_the_images_that_are_there()
    {
        foreach (var wrong in new[]
                 {
                     (BlockJobRequest)Commit("/base", null), Commit("/low", "/middle"), Commit("/nowhere", null),
                     Pull("/middle"), Pull("/top"), Commit("/middle", null) with { KeepOverlay = true },
                 })
            Assert.Equal(FailureKind.Usage, Assert.Throws<BackupException>(() => Of(wrong)).Kind);
        Assert.Contains(
            "'/low', '/base'", Assert.Throws<BackupException>(() => Of(Pull("/nowhere"))).Message,
            StringComparison.Ordinal);
    }

    private static ChainPart Of(BlockJobRequest request) => ChainPart.Of(request, s_disk);

    private static BlockJobRequest.Commit Commit(string? top, string? @base) =>
        new() { Domain = "web", Disk = "vda", Top = top, Base = @base };

    private static BlockJobRequest.Pull Pull(string? @base) => new() { Domain = "web", Disk = "vda", Base = @base };

    private static BlockJobRequest.Copy Copy(bool shallow) =>
        new() { Domain = "web", Disk = "vda", Destination = "/new", Shallow = shallow };
}

using System.Text.Json;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Qmp;
using Xunit;
using static LibvirtBackup.Tests.Bitmaps.TestLayers;

namespace LibvirtBackup.Tests.Bitmaps;

public sealed class DirtyBytesTests
{
    private static readonly BitmapInfo s_good = Bitmap("A") with { DirtyBytes = 65536 };

    private readonly List<JsonElement> _sent = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bitmap_in_one_image_tells_its_count_and_qemu_is_not_asked_again()
    {
        Assert.Equal(65536, await CountAsync(Disk(Layer("/top", s_good), Layer("/base"))));
        Assert.Empty(_sent);
    }

    [Fact]
    public async Task A_bitmap_in_several_images_is_added_up_and_nothing_stays()
    {
        var count = await CountAsync(Disk(
            Layer("/top", s_good with { GranularityBytes = 65536 }),
            Layer("/base", s_good with { GranularityBytes = 4096 })));

        Assert.Equal(98304, count);
        Assert.Equal(
            ["transaction", "query-named-block-nodes", "transaction"],
            _sent.Select(command => command.GetProperty("execute").GetString()));
        Assert.Equal(
            [
                """block-dirty-bitmap-add {"name":"NAME","granularity":4096,"disabled":true,"node":"/top"}""",
                """block-dirty-bitmap-merge {"target":"NAME","bitmaps":["""
                + """{"node":"/top","name":"A"},{"node":"/base","name":"A"}],"node":"/top"}""",
            ],
            ActionsOf(_sent[0]));
        Assert.Equal(["""block-dirty-bitmap-remove {"name":"NAME","node":"/top"}"""], ActionsOf(_sent[2]));
    }

    [Fact]
    public async Task What_libvirt_could_not_use_has_no_count()
    {
        BitmapInfo[] useless =
        [
            s_good with { Recording = false },
            s_good with { Persistent = false },
            s_good with { Inconsistent = true, DirtyBytes = null },
        ];

        foreach (var bitmap in useless)
        {
            Assert.Null(await CountAsync(Disk(Layer("/top", bitmap))));
            Assert.Null(await CountAsync(Disk(Layer("/top", s_good), Layer("/base", bitmap))));
        }

        Assert.Null(await CountAsync(Disk(Layer("/top", s_good with { Name = "B" }))));
        Assert.Null(await CountAsync(Disk(Layer("/top"), Layer("/base", s_good))));
        Assert.Null(await CountAsync(Disk(Layer("/top", s_good), Layer("/middle"), Layer("/base", s_good))));
        Assert.Null(await CountAsync(
            Disk(Layer("/top", s_good), Layer("/base", s_good) with { VirtualSizeBytes = 512 })));
        Assert.Null(await CountAsync(Disk() with { Unknown = "no drive" }));
        Assert.Null(await CountAsync(Disk(Layer("/top", s_good)) with { Name = "vdb" }));
        Assert.Empty(_sent);
    }

    private async Task<long?> CountAsync(DiskBitmaps disk)
    {
        var wanted = new BitmapOnDisk("vda", "A");
        var inventory = new BitmapInventory { Domain = "web", IsRunning = true, Disks = [disk], Elsewhere = [] };
        return (await new DirtyBytes(new QmpClient(AnswerAsync), "web").CountAsync(inventory, [wanted], Token))[wanted];
    }

    /// <summary>A QEMU that has the bitmap that it was told to make.</summary>
    private Task<string> AnswerAsync(string command, CancellationToken cancellationToken)
    {
        _sent.Add(JsonDocument.Parse(command).RootElement);
        return Task.FromResult(command.Contains("query-", StringComparison.Ordinal)
            ? """
              {"return":[{"node-name":"/top","drv":"qcow2","file":"/top","ro":false,
                "image":{"filename":"/top","format":"qcow2","virtual-size":1048576},"dirty-bitmaps":[
                {"name":"NAME","count":98304,"granularity":4096,"recording":false,"busy":false,"persistent":false}]}]}
              """.Replace("NAME", NameIn(_sent[0]), StringComparison.Ordinal)
            : """{"return":{}}""");
    }

    private static string NameIn(JsonElement transaction) => transaction.GetProperty("arguments")
        .GetProperty("actions")[0].GetProperty("data").GetProperty("name").GetString()!;

    private string[] ActionsOf(JsonElement transaction) =>
    [
        .. transaction.GetProperty("arguments").GetProperty("actions").EnumerateArray()
            .Select(action => $"{action.GetProperty("type").GetString()} {action.GetProperty("data").GetRawText()}"
                .Replace(NameIn(_sent[0]), "NAME", StringComparison.Ordinal)),
    ];
}

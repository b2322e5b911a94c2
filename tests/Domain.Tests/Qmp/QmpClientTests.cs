using System.Text.Json;
using LibvirtBackup.Qmp;
using Xunit;

namespace LibvirtBackup.Tests.Qmp;

public sealed class QmpClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Block_nodes_come_with_their_bitmaps_and_unknown_members_are_ignored()
    {
        ScriptedQmp qemu = new("""
            {"return":[{"node-name":"libvirt-2-format","drv":"qcow2","file":"/a.qcow2","ro":false,"iops":0,
              "backing_file":"/base.qcow2","detect_zeroes":"off",
              "image":{"filename":"/a.qcow2","format":"qcow2","virtual-size":1073741824,"actual-size":200704},
              "dirty-bitmaps":[
                {"name":"A","count":393216,"granularity":65536,"recording":true,"busy":false,"persistent":true},
                {"count":0,"granularity":65536,"recording":true,"busy":true,"persistent":false},
                {"name":"B","count":0,"granularity":65536,"recording":false,"busy":false,"persistent":true,
                 "inconsistent":true}]},
             {"node-name":"libvirt-2-storage","drv":"file","file":"/a.qcow2","ro":false,
              "image":{"filename":"/a.qcow2","format":"file","virtual-size":197120}}],"id":"libvirt-7"}
            """);

        IReadOnlyList<BlockNode> nodes = await qemu.Client.QueryNamedBlockNodesAsync(Token);

        Assert.Equal("""{"execute":"query-named-block-nodes","arguments":{"flat":true}}""", qemu.Commands.Single());
        Assert.Equal(["libvirt-2-format", "libvirt-2-storage"], nodes.Select(node => node.NodeName));
        Assert.Equal("qcow2", nodes[0].Driver);
        Assert.Equal("/base.qcow2", nodes[0].BackingFile);
        Assert.Equal(1073741824, nodes[0].Image.VirtualSize);
        Assert.Equal(["A", null, "B"], nodes[0].DirtyBitmaps.Select(bitmap => bitmap.Name));
        Assert.Equal(393216, nodes[0].FindBitmap("A")!.Count);
        Assert.False(nodes[0].FindBitmap("A")!.Inconsistent);
        Assert.True(nodes[0].FindBitmap("B")!.Inconsistent);
        Assert.Null(nodes[0].FindBitmap("a"));
        Assert.Empty(nodes[1].DirtyBitmaps);
        Assert.Null(nodes[1].Image.ActualSize);
    }

    [Fact]
    public async Task The_version_is_read_from_its_three_numbers()
    {
        ScriptedQmp qemu = new(
            """{"return":{"qemu":{"micro":22,"minor":2,"major":7},"package":"Debian 1:7.2"},"id":"libvirt-1"}""");

        QmpVersion version = await qemu.Client.QueryVersionAsync(Token);

        Assert.Equal(new QmpVersion(new Version(7, 2, 22), "Debian 1:7.2"), version);
        Assert.Equal("""{"execute":"query-version"}""", qemu.Commands.Single());
    }

    [Fact]
    public async Task The_run_state_is_told_in_QEMU_s_words()
    {
        ScriptedQmp qemu = new("""{"return":{"status":"prelaunch","singlestep":false,"running":false}}""");

        Assert.Equal("prelaunch", await qemu.Client.QueryStatusAsync(Token));
        Assert.Equal("""{"execute":"query-status"}""", qemu.Commands.Single());
    }

    [Fact]
    public async Task An_error_inside_the_answer_becomes_an_exception_with_its_parts()
    {
        ScriptedQmp qemu = new(
            """{"id":"libvirt-9","error":{"class":"GenericError","desc":"Bitmap already exists: P"}}""");

        QmpException error = await Assert.ThrowsAsync<QmpException>(
            () => qemu.Client.ExecuteAsync(new AddBitmap("n", "P"), Token));

        Assert.Equal("GenericError", error.Class);
        Assert.Equal("Bitmap already exists: P", error.Description);
        Assert.Equal("block-dirty-bitmap-add", error.Command);
        Assert.False(error.IsCommandNotFound);
        Assert.Contains("block-dirty-bitmap-add", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task An_answer_that_is_not_qmp_is_never_taken_for_success(string answer)
    {
        ScriptedQmp qemu = new(answer);

        await Assert.ThrowsAnyAsync<JsonException>(() => qemu.Client.ExecuteAsync(new ClearBitmap("n", "b"), Token));
    }

    public static TheoryData<object, string, string> Actions => new()
    {
        { new AddBitmap("n", "b"), "block-dirty-bitmap-add", """{"name":"b","node":"n"}""" },
        {
            new AddBitmap("n", "b") { Granularity = 65536, Persistent = true, Disabled = false },
            "block-dirty-bitmap-add",
            """{"name":"b","granularity":65536,"persistent":true,"disabled":false,"node":"n"}"""
        },
        { new RemoveBitmap("n", "b"), "block-dirty-bitmap-remove", """{"name":"b","node":"n"}""" },
        { new ClearBitmap("n", "b"), "block-dirty-bitmap-clear", """{"name":"b","node":"n"}""" },
        { new EnableBitmap("n", "b"), "block-dirty-bitmap-enable", """{"name":"b","node":"n"}""" },
        { new DisableBitmap("n", "b"), "block-dirty-bitmap-disable", """{"name":"b","node":"n"}""" },
        {
            new MergeBitmaps("n", "t", [new BitmapSource("n", "a"), new BitmapSource("m", "b")]),
            "block-dirty-bitmap-merge",
            """{"target":"t","bitmaps":[{"node":"n","name":"a"},{"node":"m","name":"b"}],"node":"n"}"""
        },
    };

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task A_bitmap_action_is_one_command_without_an_id(
        object action, string command, string arguments)
    {
        ScriptedQmp qemu = new("""{"return":{},"id":"libvirt-2"}""");

        await qemu.Client.ExecuteAsync((BitmapAction)action, Token);

        AssertSameJson($$"""{"execute":"{{command}}","arguments":{{arguments}}}""", qemu.Commands.Single());
    }

    [Fact]
    public async Task An_export_names_its_node_and_its_bitmaps()
    {
        ScriptedQmp qemu = new("""{"return":{},"id":"libvirt-2"}""");

        await qemu.Client.AddExportAsync(
            new NbdBlockExport("e", "n", "vda") { Bitmaps = [new("n", "a"), new("n", "b")] }, Token);

        AssertSameJson(
            """
            {"execute":"block-export-add","arguments":
              {"type":"nbd","id":"e","node-name":"n","name":"vda","bitmaps":
                [{"node":"n","name":"a"},{"node":"n","name":"b"}]}}
            """,
            qemu.Commands.Single());
    }

    [Fact]
    public async Task Exports_are_listed_and_the_server_is_stopped()
    {
        ScriptedQmp qemu = new(
            """{"return":[{"id":"libvirt-nbd-x","type":"nbd","node-name":"n","shutting-down":false}]}""",
            """{"return":{},"id":"libvirt-3"}""");

        Assert.Equal([new BlockExport("libvirt-nbd-x", "nbd", "n")], await qemu.Client.QueryExportsAsync(Token));
        await qemu.Client.StopNbdServerAsync(Token);

        Assert.Equal(["""{"execute":"query-block-exports"}""", """{"execute":"nbd-server-stop"}"""], qemu.Commands);
    }

    [Fact]
    public async Task A_transaction_carries_all_its_actions_in_order()
    {
        ScriptedQmp qemu = new("""{"return":{},"id":"libvirt-2"}""");

        await qemu.Client.TransactionAsync(
            [
                new AddBitmap("n", "t") { Disabled = true },
                new MergeBitmaps("n", "t", [new BitmapSource("n", "a")]),
                new RemoveBitmap("n", "a"),
            ],
            Token);

        AssertSameJson(
            """
            {"execute":"transaction","arguments":{"actions":[
              {"type":"block-dirty-bitmap-add","data":{"node":"n","name":"t","disabled":true}},
              {"type":"block-dirty-bitmap-merge","data":{"node":"n","target":"t","bitmaps":[{"node":"n","name":"a"}]}},
              {"type":"block-dirty-bitmap-remove","data":{"node":"n","name":"a"}}]}}
            """,
            qemu.Commands.Single());
    }

    [Fact]
    public async Task An_empty_transaction_is_refused_before_qemu_is_asked()
    {
        ScriptedQmp qemu = new();

        await Assert.ThrowsAsync<ArgumentException>(() => qemu.Client.TransactionAsync([], Token));
        Assert.Empty(qemu.Commands);
    }

    private static void AssertSameJson(string expected, string actual)
    {
        using JsonDocument left = JsonDocument.Parse(expected);
        using JsonDocument right = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(left.RootElement, right.RootElement), $"expected {expected}, got {actual}");
    }
}

using System.Text.Json;
using LibvirtBackup.Qmp;
using Xunit;

namespace LibvirtBackup.Tests.Qmp;

/// <summary>The commands that views need.</summary>
public sealed class NodesAndJobsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keeping_what_the_guest_overwrites_begins_in_the_transaction_that_copies_a_bitmap()
    {
        ScriptedQmp qemu = new("""{"return":{},"id":"libvirt-2"}""");

        await qemu.Client.TransactionAsync(
            [
                new FleecingJob("j", "n", "s", "f") { OnCbwError = FleecingJob.BreakSnapshot },
                new FleecingJob("k", "m", "t", "g"),
                new AddBitmap("s", "c") { Disabled = true },
            ],
            Token);

        AssertSameJson(
            """
            {"execute":"transaction","arguments":{"actions":[
              {"type":"blockdev-backup","data":{"sync":"none","on-cbw-error":"break-snapshot","job-id":"j","device":"n",
                "target":"s","filter-node-name":"f"}},
              {"type":"blockdev-backup","data":{"sync":"none","job-id":"k","device":"m","target":"t",
                "filter-node-name":"g"}},
              {"type":"block-dirty-bitmap-add","data":{"node":"s","name":"c","disabled":true}}]}}
            """,
            qemu.Commands.Single());
    }

    [Fact]
    public async Task Nodes_are_made_with_what_they_stand_on()
    {
        ScriptedQmp qemu = new(
            """{"return":{}}""", """{"return":{}}""", """{"return":{}}""", """{"return":{}}""", """{"return":{}}""");

        await qemu.Client.AddNodeAsync(
            new ScratchNode("s", new LimitedNode("l", new FileNode("f", "/scratch"), 4096)), Token);
        await qemu.Client.AddNodeAsync(new SnapshotAccessNode("a", "filter"), Token);
        await qemu.Client.AddNodeAsync(new WindowNode("w", "a", 512), Token);
        await qemu.Client.AddNodeAsync(new NullNode("z", 512), Token);
        await qemu.Client.RemoveNodeAsync("w", Token);

        string[] expected =
        [
            """
            {"execute":"blockdev-add","arguments":{"driver":"qcow2","cache":{"no-flush":true},"node-name":"s","file":
              {"driver":"raw","node-name":"l","size":4096,"file":
                {"driver":"file","node-name":"f","filename":"/scratch"}}}}
            """,
            """{"execute":"blockdev-add","arguments":{"driver":"snapshot-access","node-name":"a","file":"filter"}}""",
            """
            {"execute":"blockdev-add","arguments":
              {"driver":"raw","node-name":"w","file":"a","size":512,"read-only":true}}
            """,
            """{"execute":"blockdev-add","arguments":{"driver":"null-co","node-name":"z","size":512}}""",
            """{"execute":"blockdev-del","arguments":{"node-name":"w"}}""",
        ];
        foreach (var (wanted, sent) in expected.Zip(qemu.Commands))
            AssertSameJson(wanted, sent);
        Assert.Equal(expected.Length, qemu.Commands.Count);
    }

    [Fact]
    public async Task Jobs_are_listed_with_their_errors_cancelled_and_forgotten()
    {
        ScriptedQmp qemu = new(
            """
            {"return":[
              {"id":"a","type":"backup","status":"running","current-progress":0,"total-progress":1},
              {"id":"b","type":"backup","status":"concluded","current-progress":0,"total-progress":1,"error":"no"}]}
            """,
            """{"return":{}}""",
            """{"return":{}}""");

        Assert.Equal(
            [
                new QemuJob { Id = "a", Type = "backup", Status = "running" },
                new QemuJob { Id = "b", Type = "backup", Status = "concluded", Error = "no" },
            ],
            await qemu.Client.QueryJobsAsync(Token));
        await qemu.Client.CancelJobAsync("a", Token);
        await qemu.Client.DismissJobAsync("b", Token);

        Assert.Equal(
            [
                """{"execute":"query-jobs"}""", """{"execute":"job-cancel","arguments":{"id":"a"}}""",
                """{"execute":"job-dismiss","arguments":{"id":"b"}}""",
            ],
            qemu.Commands);
    }

    [Fact]
    public async Task The_server_is_started_on_a_socket_and_an_export_ended_with_its_clients()
    {
        ScriptedQmp qemu = new("""{"return":{}}""", """{"return":{}}""");

        await qemu.Client.StartNbdServerAsync("/run/nbd.sock", Token);
        await qemu.Client.RemoveExportAsync("e", Token);

        AssertSameJson(
            """
            {"execute":"nbd-server-start","arguments":{"addr":{"type":"unix","data":{"path":"/run/nbd.sock"}}}}
            """,
            qemu.Commands[0]);
        AssertSameJson(
            """{"execute":"block-export-del","arguments":{"id":"e","mode":"hard"}}""", qemu.Commands[1]);
    }

    private static void AssertSameJson(string expected, string actual)
    {
        using JsonDocument left = JsonDocument.Parse(expected);
        using JsonDocument right = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(left.RootElement, right.RootElement), $"expected {expected}, got {actual}");
    }
}

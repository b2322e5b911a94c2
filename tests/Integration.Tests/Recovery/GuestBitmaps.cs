using System.Text.Json;
using System.Xml.Linq;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>Meddles with a running guest's bitmaps behind everybody's back, through QEMU's monitor.</summary>
internal sealed class GuestBitmaps(BackupScene scene)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal Task AddAsync(string disk, string name, bool persistent = true, int granularity = 65536) => ExecuteAsync(
        "add", disk, name, $",\"persistent\":{(persistent ? "true" : "false")},\"granularity\":{granularity}");

    internal Task RemoveAsync(string disk, string name) => ExecuteAsync("remove", disk, name);

    internal Task ClearAsync(string disk, string name) => ExecuteAsync("clear", disk, name);

    internal Task DisableAsync(string disk, string name) => ExecuteAsync("disable", disk, name);

    internal Task EnableAsync(string disk, string name) => ExecuteAsync("enable", disk, name);

    /// <summary>Names of the bitmaps of a disk's top image.</summary>
    internal async Task<IEnumerable<string>> ListAsync(string disk) =>
        (await ReadAsync()).FindDisk(disk)!.Layers[0].Bitmaps.Select(bitmap => bitmap.Name);

    internal Task<BitmapInventory> ReadAsync() =>
        new BitmapService(scene.Connection).ListAsync(scene.Guest.Name, Token);

    /// <summary>Checkpoints as libvirt has them, and all that is known of bitmaps, by name.</summary>
    internal async Task<string> DescribeAsync(string[] checkpoints, params string[] bitmaps)
    {
        var lines = new List<string>();
        foreach (var name in checkpoints)
        {
            var xml = XDocument.Parse(
                await scene.Guest.Host.Virsh.RunAsync(Token, "checkpoint-dumpxml", scene.Guest.Name, name));
            // libvirt names the next older one that is left.
            xml.Root!.Element("parent")?.Remove();
            lines.Add($"{xml}");
        }

        lines.AddRange(
            from disk in (await ReadAsync()).Disks
            from bitmap in disk.Layers[0].Bitmaps
            where checkpoints.Contains(bitmap.Name) || bitmaps.Contains(bitmap.Name)
            select $"{disk.Name}: {bitmap}");
        return string.Join('\n', lines);
    }

    private async Task ExecuteAsync(string verb, string disk, string name, string more = "")
    {
        var node = (await ReadAsync()).FindDisk(disk)!.Layers[0].Node;
        var arguments = $$"""{"node":"{{node}}","name":"{{name}}"{{more}} }""";
        var command = $$"""{"execute":"block-dirty-bitmap-{{verb}}","arguments":{{arguments}} }""";
        var answer = await scene.Guest.Host.Virsh.RunAsync(Token, "qemu-monitor-command", scene.Guest.Name, command);
        Assert.True(JsonDocument.Parse(answer).RootElement.TryGetProperty("return", out _), answer);
    }
}

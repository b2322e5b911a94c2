using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Restores;

/// <summary>Restores that define a domain.</summary>
public sealed class DefinedDomainTests
{
    private const long Size = 16 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task The_next_backup_of_a_domain_that_was_restored_with_its_identity_is_incremental(string suite)
    {
        await using var scene = await BackupScene.StartAsync(
            await LabHost.ForAsync(suite), new LabDisk(Size), new LabDisk(Size) { Format = "raw" });
        await scene.Guest.WritePatternAsync("vda", 0, 4 * Units.MiB, seed: 1, Token);
        await scene.BackUpOnlyAsync();
        await scene.Guest.WritePatternAsync("vda", 2 * Units.MiB, Units.MiB, seed: 2, Token);
        var point = await scene.BackUpAsync();
        await scene.Guest.WritePatternAsync("vda", 0, 8 * Units.MiB, seed: 3, Token);
        await scene.BackUpOnlyAsync();
        var request = Request(scene, point.Point) with { KeepIdentity = true };
        await AssertRefusedAsync(scene, request, "virsh undefine");
        await scene.Guest.Host.Virsh.RunAsync(Token, "destroy", scene.Guest.Name);
        await AssertRefusedAsync(scene, request, "virsh undefine");
        await scene.Guest.Host.Virsh.RunAsync(
            Token, "undefine", scene.Guest.Name, "--checkpoints-metadata", "--snapshots-metadata", "--managed-save");

        var report = await RestoreAsync(scene, request);

        Assert.Equal((scene.Guest.Name, point.Checkpoint), (report.Domain!.Name, report.Domain.Checkpoint));
        Assert.Empty(report.Warnings);
        await scene.Guest.BootAsync(Token);
        await scene.Guest.WritePatternAsync("vda", Units.MiB, 64 * Units.KiB, seed: 4, Token);
        await scene.Guest.DiscardAsync("vda", 3 * Units.MiB, 64 * Units.KiB, Token);
        var next = await scene.BackUpAsync();
        Assert.Equal((BackupLevel.Incremental, point.Point), (next.Level, next.Parent));
        Assert.InRange(next.Disks[0].DirtyBytes, 64 * Units.KiB, 512 * Units.KiB);
        await scene.VerifyAllAsync();
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Level);
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task A_domain_with_a_new_identity_boots_and_runs_beside_the_old_one()
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vda", 0, 2 * Units.MiB, seed: 1, Token);
        var point = await scene.BackUpAsync();
        var request = Request(scene, point.Point);
        await AssertRefusedAsync(scene, request, "--name");
        await AssertRefusedAsync(scene, request with { Name = "other", Disks = ["vdz"] }, "no disk 'vdz'");
        var name = $"{scene.Guest.Name}-copy";

        var report = await RestoreAsync(scene, request with { Name = name });

        var virsh = scene.Guest.Host.Virsh;
        try
        {
            Assert.Equal((name, null), (report.Domain!.Name, report.Domain.Checkpoint));
            await virsh.RunAsync(Token, "start", name);
            var agent = new GuestAgent(virsh, name);
            Assert.True(await agent.WaitAsync(TimeSpan.FromSeconds(60), Token));
            var copy = await agent.RunAsync("sha256sum </dev/vda", Token);
            Assert.Equal(await scene.Guest.HashAsync("vda", Token), copy.Value.Split(' ')[0]);
            Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Level);
        }
        finally
        {
            await virsh.TryAsync(CancellationToken.None, "destroy", name);
            await virsh.TryAsync(CancellationToken.None, "undefine", name);
        }
    }

    [Fact]
    public async Task Variables_of_the_firmware_come_back_beside_the_disks()
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        var (virsh, name) = (scene.Guest.Host.Virsh, scene.Guest.Name);
        await virsh.RunAsync(Token, "destroy", name);
        var store = await DefineFirmwareAsync(scene);
        var point = await scene.BackUpOnlyAsync();
        var before = await File.ReadAllBytesAsync(store, Token);
        await File.WriteAllTextAsync(store, "changed since", Token);

        try
        {
            await AssertVariablesComeBackAsync(scene, point.Point, before);
        }
        finally
        {
            await virsh.TryAsync(CancellationToken.None, "undefine", "uefi", "--nvram");
        }
    }

    [Trait("Hole", "D5")]
    [Fact]
    public async Task A_damaged_disk_never_leads_to_a_domain()
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vda", 0, 2 * Units.MiB, seed: 1, Token);
        var point = await scene.BackUpOnlyAsync();
        foreach (var pack in Directory.EnumerateFiles(
            Path.Combine(scene.Repository.Location, "packs"), "*", SearchOption.AllDirectories))
        {
            using var file = File.OpenHandle(pack, access: FileAccess.ReadWrite);
            for (var at = 64; at < RandomAccess.GetLength(file); at += 4096) RandomAccess.Write(file, [0x5a], at);
        }

        var e = await Assert.ThrowsAsync<BackupException>(
            () => RestoreAsync(scene, Request(scene, point.Point) with { Name = "broken" }));

        Assert.Equal(FailureKind.Integrity, e.Kind);
        var names = await scene.Guest.Host.Virsh.RunAsync(Token, "list", "--all", "--name");
        Assert.DoesNotContain("broken", names, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(scene.Guest.Directory, "restored")));
    }

    private static RestoreRequest Request(BackupScene scene, string point) => new()
    {
        Point = point,
        Directory = Path.Combine(scene.Guest.Directory, "restored"),
        Define = true,
    };

    private static Task<RestoreReport> RestoreAsync(BackupScene scene, RestoreRequest request) =>
        new RestoreEngine().RestoreAsync(scene.Repository, request, scene.Connection, null, Token);

    private static async Task AssertRefusedAsync(BackupScene scene, RestoreRequest request, string text)
    {
        var e = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(scene, request));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(request.Directory), "something was made before all checks had passed");
    }

    private static async Task AssertVariablesComeBackAsync(BackupScene scene, string point, byte[] before)
    {
        var virsh = scene.Guest.Host.Virsh;
        var report = await RestoreAsync(scene, Request(scene, point) with { Name = "uefi" });

        var xml = await virsh.RunAsync(Token, "dumpxml", "uefi", "--inactive");
        await virsh.RunAsync(Token, "undefine", "uefi", "--nvram");
        Assert.Empty(report.Warnings);
        var restored = Path.Combine(scene.Guest.Directory, "restored", "nvram.fd");
        Assert.Contains($">{restored}</nvram>", xml, StringComparison.Ordinal);
        var loader = Path.Combine(scene.Guest.Directory, "CODE.fd");
        Assert.Contains($">{loader}</loader>", xml, StringComparison.Ordinal);
        // undefine --nvram removed it, as libvirt does for any domain's own store; what it held was in place.
        Assert.False(File.Exists(restored));
        var again = await RestoreAsync(
            scene, Request(scene, point) with { Name = "uefi", Overwrite = true });
        Assert.NotNull(again.Domain);
        Assert.Equal(before, await File.ReadAllBytesAsync(restored, Token));
    }

    /// <summary>Firmware of no use, as files: nothing boots it.</summary>
    private static async Task<string> DefineFirmwareAsync(BackupScene scene)
    {
        var (virsh, directory) = (scene.Guest.Host.Virsh, scene.Guest.Directory);
        var (loader, store) = (Path.Combine(directory, "CODE.fd"), Path.Combine(directory, "VARS.fd"));
        var bytes = new byte[200_000];
        new Random(1).NextBytes(bytes);
        await File.WriteAllBytesAsync(loader, bytes, Token);
        await File.WriteAllBytesAsync(store, bytes[100..], Token);
        var xml = await virsh.RunAsync(Token, "dumpxml", scene.Guest.Name, "--inactive");
        var path = Path.Combine(directory, "uefi.xml");
        var firmware = $"<loader readonly='yes' type='pflash'>{loader}</loader><nvram>{store}</nvram>";
        await File.WriteAllTextAsync(
            path, xml.Replace("<kernel>", firmware + "<kernel>", StringComparison.Ordinal), Token);
        await virsh.RunAsync(Token, "define", path);
        return store;
    }
}

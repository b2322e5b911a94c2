using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Restores;

/// <summary>A restore point has all that a domain is, not only its disks' bytes.</summary>
public sealed class CapturedPointTests(ITestOutputHelper output)
{
    private const long Size = 16 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_point_has_images_properties_boot_files_guest_and_host_and_a_restore_keeps_the_properties(
        string suite)
    {
        var disk = new LabDisk(Size)
        {
            CreateOptions = "cluster_size=128k,extended_l2=on,lazy_refcounts=on,refcount_bits=32",
        };
        await using var scene = await BackupScene.StartAsync(
            await LabHost.ForAsync(suite), disk, new LabDisk(Size) { Format = "raw" });
        await scene.Guest.WritePatternAsync("vda", 0, 2 * Units.MiB, seed: 1, Token);

        var report = await scene.BackUpAsync();

        var point = await scene.Repository.GetPointAsync(report.Point, Token);
        output.WriteLine(JsonSerializer.Serialize(point));
        Assert.Equal(
            new DiskImageProperties
            {
                ClusterSizeBytes = 128 * Units.KiB,
                Compat = "1.1",
                ExtendedL2 = true,
                LazyRefcounts = true,
                RefcountBits = 32,
            },
            point.Disks[0].Image);
        Assert.Null(point.Disks[1].Image!.Compat);
        Assert.Equal(
            [AttachmentRole.Kernel, AttachmentRole.Initrd], point.Attachments.Select(attachment => attachment.Role));
        Assert.All(
            point.Attachments, file => Assert.Equal(new FileInfo(file.Path).Length, file.SizeBytes));
        Assert.Contains(point.GuestInfo, fact => fact.Key.StartsWith("os.", StringComparison.Ordinal));
        Assert.Equal((true, false, false), (point.WasRunning, point.Autostart, point.HasSecrets));
        Assert.Equal(scene.Guest.Host.LibvirtVersion.ToString(), point.Host!.Libvirt);
        Assert.True(point.Timings is { Begin: not null, Frozen: null, Copy.Ticks: > 0 });

        var restored = await new RestoreEngine().RestoreAsync(
            scene.Repository,
            new RestoreRequest { Point = point.Id, Directory = Path.Combine(scene.Guest.Directory, "restored") },
            null,
            Token);
        var info = await Tool.RunAsync("qemu-img", ["info", "--output=json", restored.Disks[0].Path], Token);
        var image = JsonDocument.Parse(info.Value).RootElement;
        var data = image.GetProperty("format-specific").GetProperty("data");
        Assert.Equal(128 * Units.KiB, image.GetProperty("cluster-size").GetInt32());
        Assert.True(data.GetProperty("extended-l2").GetBoolean());
        Assert.True(data.GetProperty("lazy-refcounts").GetBoolean());
        Assert.Equal(32, data.GetProperty("refcount-bits").GetInt32());
        await scene.VerifyAllAsync();
    }

    [Trait("Hole", "D9")]
    [Fact]
    public async Task Secrets_are_stored_only_when_asked_for_or_encrypted()
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await SetPasswordAsync(scene);

        var without = await scene.BackUpOnlyAsync();
        var with = await scene.BackUpOnlyAsync(request => request with { IncludeSecrets = true });

        var plain = await scene.Repository.GetPointAsync(without.Point, Token);
        var secret = await scene.Repository.GetPointAsync(with.Point, Token);
        Assert.Equal((false, true), (plain.HasSecrets, secret.HasSecrets));
        Assert.DoesNotContain("sesame42", plain.DomainXml, StringComparison.Ordinal);
        Assert.Contains("sesame42", secret.DomainXml, StringComparison.Ordinal);
    }

    /// <summary>The running guest has no display; only its definition for the next start gets one.</summary>
    private static async Task SetPasswordAsync(BackupScene scene)
    {
        var virsh = scene.Guest.Host.Virsh;
        var xml = await virsh.RunAsync(Token, "dumpxml", scene.Guest.Name, "--inactive");
        var path = Path.Combine(scene.Guest.Directory, "secret.xml");
        const string display = "<graphics type='vnc' port='-1' autoport='yes' passwd='sesame42'/>";
        await File.WriteAllTextAsync(
            path, xml.Replace("</devices>", display + "</devices>", StringComparison.Ordinal), Token);
        await virsh.RunAsync(Token, "define", path);
    }
}

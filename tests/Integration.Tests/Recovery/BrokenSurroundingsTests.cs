using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>
/// What is broken around a bitmap: the chain of images, an image that is not there, the repository. The doctor names
/// each, and nobody needs qemu-img.
/// </summary>
public sealed class BrokenSurroundingsTests(ITestOutputHelper output)
{
    private const long Size = 8 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_gap_in_the_chain_a_missing_image_and_a_damaged_point_are_named_and_end_well(string suite)
    {
        await using var host = await LabHost.StartPrivateAsync(suite);
        var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(Size));
        await using var scene = await BackupScene.OfAsync(guest);
        await BackUpAsync(scene, 1, BackupLevel.Full);

        var name = await BackUpAsync(scene, 2, BackupLevel.Incremental);
        await BreakChainAsync(scene, name);
        var gap = ExpectedFinding.Broken(
            "vda", name, "unusable", "libvirt cannot use the bitmap: it is missing or broken in some layer");
        await ExpectAsync(scene, 1, gap);
        await ExpectAsync(scene, 0, ["--repair"], gap.Repaired);
        await ExpectGoodAsync(scene);
        // From the full, which is older.
        name = await BackUpAsync(scene, 3, BackupLevel.Incremental);

        await guest.Host.Virsh.RunAsync(Token, "destroy", guest.Name);
        var image = Path.Combine(guest.Directory, "two.qcow2");
        File.Move(image, image + ".away");
        await ExpectAsync(scene, 1, new ExpectedFinding(
            "vda", name, "unseen", "wait-for-start",
            "the bitmap cannot be looked at; it is dealt with when the domain runs"));
        File.Move(image + ".away", image);
        await ExpectGoodAsync(scene);
        await guest.StartPausedAsync(Token);

        var packs = Packs(scene);
        name = await BackUpAsync(scene, 4, BackupLevel.Incremental);
        await FlipAsync(Packs(scene).Except(packs).Single());
        var (exitCode, _, _) = await LvbackupProcess.Start(scene, "verify").EndAsync();
        Assert.Equal(4, exitCode);
        await ExpectAsync(scene, 1, new ExpectedFinding(
            "vda", name, "damaged-point", "repair-repository",
            "it is well, but its restore point is damaged: nothing is built on it; run 'lvbackup repair', or back up: "
            + "what is stored again heals it"));
        (exitCode, _, _) = await LvbackupProcess.Start(scene, "repair", "--from-source", guest.Name).EndAsync();
        Assert.Equal(0, exitCode);
        await ExpectGoodAsync(scene);
        await BackUpAsync(scene, 5, BackupLevel.Incremental);

        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    /// <summary>Two snapshots, behind the program's back, and the bitmap is taken out of the layer between.</summary>
    private static async Task BreakChainAsync(BackupScene scene, string name)
    {
        var (guest, virsh) = (scene.Guest, scene.Guest.Host.Virsh);
        foreach (var snapshot in (string[])["one", "two"])
            await virsh.RunAsync(
                Token, "snapshot-create-as", guest.Name, snapshot, "--disk-only", "--no-metadata", "--diskspec",
                $"vda,file={Path.Combine(guest.Directory, snapshot)}.qcow2");
        await virsh.RunAsync(Token, "destroy", guest.Name);
        var between = Path.Combine(guest.Directory, "one.qcow2");
        _ = (await Tool.RunAsync("qemu-img", ["bitmap", "--remove", between, name], Token)).Value;
        await guest.StartPausedAsync(Token);
    }

    private async Task<string> BackUpAsync(BackupScene scene, int round, BackupLevel level)
    {
        await new QemuIo(scene.Guest).FillAsync("vda", round * Units.MiB, Units.MiB, (byte)round, Token);
        var report = await scene.BackUpAsync();
        output.WriteLine($"{round}: {report.Level} {report.Reason} {string.Join("; ", report.Warnings)}");
        Assert.Equal((round, level), (round, report.Level));
        return report.Checkpoint!;
    }

    private static Task ExpectAsync(BackupScene scene, int exitCode, ExpectedFinding finding) =>
        ExpectAsync(scene, exitCode, [], finding);

    private static async Task ExpectAsync(
        BackupScene scene, int exitCode, string[] options, ExpectedFinding finding)
    {
        var table = await DoctorTable.RunAsync(scene, options);
        Assert.Contains(finding, table.Findings[scene.Guest.Name]);
        Assert.Equal((exitCode, exitCode == 0 ? "" : DoctorTable.Advice), (table.ExitCode, table.Notes));
    }

    private static async Task ExpectGoodAsync(BackupScene scene) =>
        Assert.Equal(0, (await DoctorTable.RunAsync(scene)).ExitCode);

    private static HashSet<string> Packs(BackupScene scene) => [.. Directory.EnumerateFiles(
        Path.Combine(scene.Guest.Directory, "repo", "packs"), "*", SearchOption.AllDirectories)];

    private static async Task FlipAsync(string path)
    {
        var content = await File.ReadAllBytesAsync(path, Token);
        content[content.Length / 3] ^= 1;
        File.SetAttributes(path, FileAttributes.Normal);
        await File.WriteAllBytesAsync(path, content, Token);
    }
}

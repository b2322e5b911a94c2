using Xunit;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>The guest really writes, and the oracle sees exactly what it wrote.</summary>
public sealed class LabGuestTests(ITestOutputHelper output)
{
    private const long Size = 32 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task What_the_guest_writes_is_what_the_oracle_reads(string suite)
    {
        LabHost host = await LabHost.ForAsync(suite);
        await using LabGuest guest = await LabGuest.StartAsync(
            host,
            Cancellation,
            new LabDisk(Size),
            new LabDisk(Size) { Format = "raw" });
        Report(host, guest);
        var first = new ExpectedDisk(Size);
        var second = new ExpectedDisk(Size);

        foreach (
            (long offset, long length) in new (long, long)[] { (0, 64 * Units.KiB), ((5 * Units.MiB) + 512, 1536) })
        {
            await guest.WritePatternAsync("vda", offset, length, seed: 1, Cancellation);
            first.WritePattern(offset, length, seed: 1);
        }

        await guest.WritePatternAsync("vdb", Size - Units.MiB, Units.MiB, seed: 2, Cancellation);
        second.WritePattern(Size - Units.MiB, Units.MiB, seed: 2);

        await AssertOracleSeesAsync(guest, "vda", first);
        await AssertOracleSeesAsync(guest, "vdb", second);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Zeroed_and_discarded_ranges_read_as_zero(string suite)
    {
        LabHost host = await LabHost.ForAsync(suite);
        await using LabGuest guest = await LabGuest.StartAsync(host, Cancellation, new LabDisk(Size));
        var expected = new ExpectedDisk(Size);
        await guest.WritePatternAsync("vda", 0, 8 * Units.MiB, seed: 3, Cancellation);
        expected.WritePattern(0, 8 * Units.MiB, seed: 3);

        await guest.ZeroRangeAsync("vda", Units.MiB, 64 * Units.KiB, Cancellation);
        expected.Zero(Units.MiB, 64 * Units.KiB);
        await guest.DiscardAsync("vda", 4 * Units.MiB, 2 * Units.MiB, Cancellation);
        expected.Zero(4 * Units.MiB, 2 * Units.MiB);
        await guest.SyncAsync(Cancellation);

        await AssertOracleSeesAsync(guest, "vda", expected);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Trimming_a_file_system_gives_its_space_back_to_the_image(string suite)
    {
        LabHost host = await LabHost.ForAsync(suite);
        await using LabGuest guest = await LabGuest.StartAsync(host, Cancellation, new LabDisk(Size));
        string image = Path.Combine(guest.Directory, "vda.qcow2");
        await guest.MakeExt4Async("vda", Cancellation);
        await guest.WriteFilesAsync("vda", "data", count: 8, Units.MiB, Cancellation);
        await guest.SyncAsync(Cancellation);
        long full = await AllocatedAsync(image);

        await guest.RunAsync("rm -r /mnt/vda/data && sync", Cancellation);
        long trimmed = await guest.FstrimAsync("vda", Cancellation);

        Assert.InRange(trimmed, 8 * Units.MiB, Size);
        Assert.InRange(full - await AllocatedAsync(image), 7 * Units.MiB, Size);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_frozen_file_system_holds_writers_until_it_is_thawed(string suite)
    {
        LabHost host = await LabHost.ForAsync(suite);
        await using LabGuest guest = await LabGuest.StartAsync(host, Cancellation, new LabDisk(Size));
        await guest.MakeExt4Async("vda", Cancellation);

        await guest.RunAsync("while date >>/mnt/vda/log; do sync; done </dev/null >/dev/null 2>&1 &", Cancellation);

        await host.Virsh.RunAsync(Cancellation, "domfsfreeze", guest.Name);
        string first = (await DiskOracle.CaptureAsync(guest, $"{guest.Directory}/first", Cancellation))["vda"];
        // The guest runs between the copies, long enough to answer.
        for (int i = 0; i < 5; i++)
            Assert.True(await guest.IsFrozenAsync(Cancellation));
        string second = (await DiskOracle.CaptureAsync(guest, $"{guest.Directory}/second", Cancellation))["vda"];
        await host.Virsh.RunAsync(Cancellation, "domfsthaw", guest.Name);

        Assert.Null(await DiskOracle.CompareRawAsync(first, second, Cancellation));
        Assert.False(await guest.IsFrozenAsync(Cancellation));
        // Ends only when the writer goes on.
        const string Lines = "$(wc -l </mnt/vda/log)";
        await guest.RunAsync($"n={Lines}; while [ {Lines} -le $n ]; do :; done", Cancellation);
    }

    [Fact]
    public async Task The_hash_in_the_guest_is_the_hash_of_the_oracle_copy()
    {
        LabHost host = await LabHost.ForAsync("bookworm");
        await using LabGuest guest = await LabGuest.StartAsync(host, Cancellation, new LabDisk(4 * Units.MiB));
        await guest.WritePatternAsync("vda", Units.MiB, Units.MiB, seed: 4, Cancellation);

        IReadOnlyDictionary<string, string> copies = await CaptureAsync(guest);

        await using FileStream copy = File.OpenRead(copies["vda"]);
        byte[] hash = await System.Security.Cryptography.SHA256.HashDataAsync(copy, Cancellation);
        Assert.Equal(Convert.ToHexStringLower(hash), await guest.HashAsync("vda", Cancellation));
    }

    [Fact]
    public async Task An_unprivileged_daemon_runs_the_guest_as_well()
    {
        LabHost host = await LabHost.ForAsync("session");
        await using LabGuest guest = await LabGuest.StartAsync(host, Cancellation, new LabDisk(Size));
        Report(host, guest);
        var expected = new ExpectedDisk(Size);

        await guest.WritePatternAsync("vda", Units.MiB, Units.MiB, seed: 5, Cancellation);
        expected.WritePattern(Units.MiB, Units.MiB, seed: 5);

        await AssertOracleSeesAsync(guest, "vda", expected);
    }

    private static Task<IReadOnlyDictionary<string, string>> CaptureAsync(LabGuest guest) =>
        DiskOracle.CaptureAsync(guest, Path.Combine(guest.Directory, "oracle"), Cancellation);

    private static async Task AssertOracleSeesAsync(LabGuest guest, string disk, ExpectedDisk expected)
    {
        string want = await expected.SaveAsync(Path.Combine(guest.Directory, $"{disk}.expected"), Cancellation);
        IReadOnlyDictionary<string, string> copies = await CaptureAsync(guest);
        long? difference = await DiskOracle.CompareRawAsync(want, copies[disk], Cancellation);
        Assert.True(difference is null, $"{disk} differs from what was written at offset {difference}");
    }

    private static async Task<long> AllocatedAsync(string image)
    {
        ToolResult usage = await Tool.RunAsync("du", ["--block-size=1", image], Cancellation);
        return long.Parse(usage.Value.Split('\t')[0]);
    }

    private void Report(LabHost host, LabGuest guest) =>
        output.WriteLine(
            $"{host.Suite}: libvirt {host.LibvirtVersion}, QEMU {host.QemuVersion},"
            + $" guest ready in {guest.BootTime.TotalSeconds:F1} s");
}

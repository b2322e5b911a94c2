using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Restores;

/// <summary>Real UEFI firmware and a real TPM emulator take what a restore puts back.</summary>
public sealed class FirmwareTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Variables_and_TPM_state_come_back_and_the_domain_starts_with_them()
    {
        var host = await LabHost.ForAsync("trixie");
        await using var guest = await FirmwareGuest.StartAsync(host, Token);
        var uuid = await host.Virsh.RunAsync(Token, "domuuid", guest.Name);
        var tpm = await guest.TpmPathAsync(Token);
        await LvbackupAsync(guest, [], "init");
        await guest.ChangeAsync("reset", Token);
        await guest.RunAsync("suspend", Token);
        var running = await guest.ReadAsync(Token);
        Assert.NotEmpty(running.CertificatesFor(guest.Name));
        var ofRunning = await BackUpAsync(guest);

        await guest.RunAsync("resume", Token);
        await guest.ChangeAsync("reset", Token);
        await guest.RunAsync("destroy", Token);
        var shutOff = await guest.ReadAsync(Token);
        var ofShutOff = await BackUpAsync(guest);
        await host.Virsh.RunAsync(
            Token, "undefine", guest.Name, "--nvram", "--tpm", "--checkpoints-metadata");
        Assert.False(File.Exists(guest.StorePath) || File.Exists(tpm));

        // Straight from the repository: its firmware and its TPM take what the point has, and all of it goes again.
        var booted = Path.Combine(guest.Directory, "booted");
        await LvbackupAsync(guest, [], "boot", ofRunning, "--keep-identity", "--to", booted);
        Assert.Equal(uuid, await host.Virsh.RunAsync(Token, "domuuid", guest.Name));
        var instant = await FirmwareGuest.Restored(host, guest.Name, Path.Combine(booted, "nvram.fd")).ReadAsync(Token);
        Assert.Equal(running.CertificatesFor(guest.Name), instant.CertificatesFor(guest.Name));
        Assert.Equal(running.Store.Length, instant.Store.Length);
        await LvbackupAsync(guest, [], "boot", "--name", guest.Name, "--discard");
        Assert.False(Directory.Exists(booted) || File.Exists(tpm));

        // With the old identity the firmware is where it was; under the new one this host has none like it.
        await using var same = await RestoreAsync(guest, [], ofRunning, guest.Name, "--keep-identity");
        Assert.Equal(uuid, await host.Virsh.RunAsync(Token, "domuuid", guest.Name));
        var chosen = await AssertStateAsync(same, running);
        Assert.Equal("efi", chosen.Firmware);
        Assert.StartsWith("/usr/share/OVMF/", chosen.Loader!.Path, StringComparison.Ordinal);
        var hidden = Directory.CreateDirectory(Path.Combine(guest.Directory, "empty")).FullName;
        string[] hide = ["sh", "-c", "mount --bind \"$0\" /usr/share/OVMF && exec \"$@\"", hidden];
        await using var other = await RestoreAsync(guest, hide, ofShutOff, $"{guest.Name}-other");
        Assert.NotEqual(uuid, await host.Virsh.RunAsync(Token, "domuuid", other.Name));
        var moved = await AssertStateAsync(other, shutOff);
        Assert.Equal((null, Path.Combine(other.Directory, "loader.fd")), (moved.Firmware, moved.Loader!.Path));

        // A TPM that was made anew would have certificates of other keys, for a domain of the new name.
        var taken = await Task.WhenAll(same.ChangeAsync("start", Token), other.ChangeAsync("start", Token));
        Assert.All(
            taken, state => Assert.Equal(running.CertificatesFor(guest.Name), state.CertificatesFor(guest.Name)));

        async Task<DomainXml> AssertStateAsync(FirmwareGuest restored, FirmwareState expected)
        {
            var state = await restored.ReadAsync(Token);
            Assert.Equal(expected.Store, state.Store);
            Assert.Equal(expected.Tpm, state.Tpm);
            var xml = DomainXml.Parse(await host.Virsh.RunAsync(Token, "dumpxml", restored.Name, "--inactive"));
            Assert.Equal(restored.StorePath, xml.Nvram!.Path);
            return xml;
        }

        async Task<FirmwareGuest> RestoreAsync(
            FirmwareGuest from, string[] wrapper, string point, string name, params string[] options)
        {
            var directory = Path.Combine(host.SharedDirectory, name == from.Name ? $"{name}/restored" : name);
            await LvbackupAsync(
                from, wrapper, ["restore", point, "--to", directory, "--define", "--name", name, .. options]);
            return FirmwareGuest.Restored(host, name, Path.Combine(directory, "nvram.fd"));
        }

        async Task<string> BackUpAsync(FirmwareGuest of)
        {
            var report = await LvbackupAsync(of, [], "backup", of.Name);
            return report.GetProperty("points")[0].GetProperty("point").GetString()!;
        }

        async Task<JsonElement> LvbackupAsync(FirmwareGuest of, string[] wrapper, params string[] arguments)
        {
            var ran = await LabScript.RunAsync(
                Token,
                [
                    "host-view", host.SharedDirectory, .. wrapper,
                    Path.Combine(AppContext.BaseDirectory, "lvbackup"), .. arguments, "--json",
                    "--connect", host.ConnectionUri, "--repo", Path.Combine(of.Directory, "repo"),
                    "--state-dir", Path.Combine(of.Directory, "state"),
                ]);
            var report = JsonDocument.Parse(ran.Value).RootElement;
            if (report.TryGetProperty("warnings", out var warnings)) Assert.Empty(warnings.EnumerateArray());
            return report;
        }
    }
}
